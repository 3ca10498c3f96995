#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes an office calendar: calendar_text.py EVENTS FILE. The same each time.

One in seven events recurs; half of those still go on; some have a time moved or left out.
"""
import datetime
import random
import sys

count, path = int(sys.argv[1]), sys.argv[2]
choose = random.Random(7)
first_day = datetime.datetime(2021, 11, 22)
days = ["MO", "TU", "WE", "TH", "FR"]


def stamp(when):
    return when.strftime("%Y%m%dT%H%M%S")


with open(path, "w", encoding="utf-8", newline="") as file:
    file.write("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//bench//EN\r\n")
    for number in range(count):
        day = first_day + datetime.timedelta(weeks=choose.randrange(266), days=choose.randrange(5))
        start = day + datetime.timedelta(hours=choose.randrange(7, 18), minutes=15 * choose.randrange(4))
        end = start + datetime.timedelta(minutes=choose.choice([15, 30, 45, 60, 90]))
        zone = ";TZID=Europe/Berlin"
        lines = [f"UID:{number}@bench", "DTSTAMP:20260101T000000Z", f"DTSTART{zone}:{stamp(start)}",
                 f"DTEND{zone}:{stamp(end)}", f"SUMMARY:Meeting {number}",
                 "DESCRIPTION:" + "What we talk about\\n" * 3 + "\r\n and more of it" * choose.randrange(8)]
        lines += [f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:colleague{guest}@example.org"
                  for guest in range(choose.randrange(4))]
        if choose.random() < 0.1:
            lines.append("TRANSP:TRANSPARENT")
        moved = ""
        if number % 7 == 0:
            weekday = days[start.weekday()]
            rule = choose.choice([f"FREQ=WEEKLY;BYDAY={weekday}", f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
                                  "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", f"FREQ=MONTHLY;BYDAY=2{weekday}"])
            if choose.random() < 0.5:
                rule += choose.choice([";COUNT=40", ";UNTIL=" + stamp(start + datetime.timedelta(days=300)) + "Z"])
            lines.append("RRULE:" + rule)
            if choose.random() < 0.3:
                slot = start + datetime.timedelta(weeks=4)
                lines.append(f"EXDATE{zone}:{stamp(start + datetime.timedelta(weeks=2))}")
                moved = (f"BEGIN:VEVENT\r\nUID:{number}@bench\r\nDTSTAMP:20260101T000000Z\r\n"
                         f"RECURRENCE-ID{zone}:{stamp(slot)}\r\nDTSTART{zone}:{stamp(slot + datetime.timedelta(hours=1))}\r\n"
                         f"DURATION:PT30M\r\nEND:VEVENT\r\n")
        file.write("BEGIN:VEVENT\r\n" + "\r\n".join(lines) + "\r\nEND:VEVENT\r\n" + moved)
    file.write("END:VCALENDAR\r\n")

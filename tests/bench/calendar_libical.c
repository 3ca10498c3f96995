/* SPDX-License-Identifier: MIT */
#include <libical/ical.h>
#include <stdio.h>
#include <stdlib.h>

/* What a program does that leaves calendars to libical: reads the file and goes through each rule
 * from its start. Counts the occurrences that touch the window; changed single times are not looked
 * at. usage: FILE FROM TO (UTC seconds) */
static char* read_line(char* line, size_t size, void* file) {
  return fgets(line, (int)size, file);
}

static time_t utc(struct icaltimetype time) {
  return icaltime_as_timet_with_zone(time, time.zone ? time.zone : icaltimezone_get_utc_timezone());
}

int main(int count, char** words) {
  if (count != 4) return 2;
  FILE* file = fopen(words[1], "r");
  if (file == NULL) return 1;
  const time_t from = atol(words[2]);
  const time_t to = atol(words[3]);
  icalparser* parser = icalparser_new();
  icalparser_set_gen_data(parser, file);
  icalcomponent* calendar = icalparser_parse(parser, read_line);
  long found = 0;
  for (icalcomponent* event = icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
       event != NULL; event = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT)) {
    const struct icaltimetype start = icalcomponent_get_dtstart(event);
    const time_t length = icaldurationtype_as_int(icalcomponent_get_duration(event));
    icalproperty* rule = icalcomponent_get_first_property(event, ICAL_RRULE_PROPERTY);
    if (rule == NULL) {
      found += utc(start) < to && utc(start) + length > from;
      continue;
    }
    icalrecur_iterator* times = icalrecur_iterator_new(icalproperty_get_rrule(rule), start);
    for (struct icaltimetype time = icalrecur_iterator_next(times); !icaltime_is_null_time(time);
         time = icalrecur_iterator_next(times)) {
      if (utc(time) >= to) break;
      found += utc(time) + length > from;
    }
    icalrecur_iterator_free(times);
  }
  printf("%ld\n", found);
  return 0;
}

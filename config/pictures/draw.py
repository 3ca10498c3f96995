#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Draws the figures of the exercises from the joint positions in poses.py.

Writes beside itself, for each exercise, NAME-1.svg, NAME-2.svg … (and .png with rsvg-convert), and NAME.json: the same
strokes as numbers, alike in every frame, so that a program can tween them. `draw.py --check` writes nothing and says
which files are not as the poses say.
"""
import json
import math
import pathlib
import shutil
import subprocess
import sys

SIZE = 200
FLOOR = 182
UPPER_ARM, FOREARM, THIGH, SHIN, FOOT = 27, 27, 46, 42, 13
HEAD = 11.5
COLOURS = {
    "near": "#17324d", "far": "#8ea6b8", "prop": "#9aa3ab", "tool": "#2a9d8f", "move": "#e76f2e", "paper": "#ffffff",
    "light": "#dfe7ec",
}


def bend_joint(a, b, first, second, side):
    """Where the elbow or knee is between `a` and `b`; `side` says to which side it bends. Too far: straight."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    distance = math.hypot(dx, dy) or 1e-6
    if distance >= first + second:
        k = (first + second) / distance
        b = (a[0] + dx * k, a[1] + dy * k)
        return (a[0] + dx * k * first / (first + second), a[1] + dy * k * first / (first + second)), b
    along = (first**2 - second**2 + distance**2) / (2 * distance)
    off = math.sqrt(max(first**2 - along**2, 0)) * side
    ux, uy = dx / distance, dy / distance
    return (a[0] + ux * along - uy * off, a[1] + uy * along + ux * off), b


def stroke(name, role, width, points, closed=False, smooth=False, fill=None, dash=False):
    return {"name": name, "role": role, "width": width, "points": [[round(x, 1), round(y, 1)] for x, y in points],
            "closed": closed, "smooth": smooth, "fill": fill, "dash": dash}


def disc(name, role, centre, radius, fill=None, width=0):
    return {"name": name, "role": role, "width": width, "points": [[round(centre[0], 1), round(centre[1], 1)]],
            "radius": radius, "fill": fill}


def limb(name, role, width, start, spec, first, second):
    """`spec`: (target, side) for a limb of true length, or (joint, end, "raw") where it points at the viewer."""
    if len(spec) == 3:
        joint, end = spec[0], spec[1]
    else:
        joint, end = bend_joint(start, spec[0], first, second, spec[1])
    return stroke(name, role, width, [start, joint, end]), joint, end


def side(hip, shoulder, head, leg, arm, leg_far=None, arm_far=None, bow=0.0, nose=None, foot=None, foot_far=None,
         belly=0.0, turned=0.0):
    """A figure from the side. `head`: its centre; `bow`: how far the spine's middle stands off the straight line;
    `nose`: the direction the face looks; `foot`: the direction of the toes; `belly`: how far the belly stands out;
    `turned`: half the width between the shoulders when the chest turns to the viewer."""
    out = []
    near_shoulder = (shoulder[0], shoulder[1])

    def one_leg(name, role, spec, direction):
        part, _, end = limb(name, role, 11, hip, spec, THIGH, SHIN)
        out.append(part)
        if direction:
            length = math.hypot(*direction)
            out.append(stroke(name + "-foot", role, 9, [end, (end[0] + direction[0] / length * FOOT,
                                                             end[1] + direction[1] / length * FOOT)]))

    if arm_far:
        out.append(limb("arm-far", "far", 9, shoulder, arm_far, UPPER_ARM, FOREARM)[0])
    if leg_far:
        one_leg("leg-far", "far", leg_far, foot_far)
    dx, dy = shoulder[0] - hip[0], shoulder[1] - hip[1]
    length = math.hypot(dx, dy) or 1
    middle = ((hip[0] + shoulder[0]) / 2 - dy / length * bow, (hip[1] + shoulder[1]) / 2 + dx / length * bow)
    if belly:
        spot = (hip[0] + dx * 0.36 - dy / length * belly, hip[1] + dy * 0.36 + dx / length * belly)
        out.append(disc("belly", "near", spot, 11.5, fill="near"))
    out.append(stroke("torso", "near", 17, [hip, middle, shoulder], smooth=True))
    if turned:
        out.append(stroke("chest", "near", 17, [(shoulder[0] - turned, shoulder[1] - 2),
                                                (shoulder[0] + turned, shoulder[1] + 2)]))
    neck = (shoulder[0] + (head[0] - shoulder[0]) * 0.5, shoulder[1] + (head[1] - shoulder[1]) * 0.5)
    out.append(stroke("neck", "near", 8, [shoulder, neck, head]))
    out.append(disc("head", "near", head, HEAD, fill="near"))
    if nose:
        n = math.hypot(*nose)
        out.append(disc("nose", "near", (head[0] + nose[0] / n * 11.5, head[1] + nose[1] / n * 11.5), 3.2, fill="near"))
    if leg:
        one_leg("leg-near", "near", leg, foot)
    if arm:
        # A light edge keeps the near arm apart from the chest that it crosses.
        part = limb("arm-near", "near", 9, near_shoulder, arm, UPPER_ARM, FOREARM)[0]
        edge = dict(part, name="arm-near-edge", role="paper", width=13)
        out += [edge, part]
    return out


def front(shoulders, hips, head, arm_left, arm_right, leg_left, leg_right, face=True, blades=None, behind=False,
          foot=True, eyes_shut=False):
    """A figure from the front or behind. `shoulders` and `hips`: (left, right) as the viewer sees them; arms and legs:
    (elbow, hand) and (knee, foot); `blades`: centres of the shoulder blades, seen from behind."""
    out = []
    arms = [("arm-left", shoulders[0], arm_left), ("arm-right", shoulders[1], arm_right)]
    arm_strokes = [stroke(name, "near", 9, [start, *joints]) for name, start, joints in arms if joints]
    if behind:
        out += arm_strokes
    for name, start, joints in (("leg-left", hips[0], leg_left), ("leg-right", hips[1], leg_right)):
        if joints:
            out.append(stroke(name, "near", 11, [start, *joints]))
            if foot:
                end, way = joints[-1], (-1 if name == "leg-left" else 1)
                out.append(stroke(name + "-foot", "near", 9, [end, (end[0] + way * 7, end[1] + 1)]))
    middle = ((shoulders[0][0] + shoulders[1][0]) / 2, (shoulders[0][1] + shoulders[1][1]) / 2)
    out.append(stroke("torso", "near", 14, [shoulders[0], shoulders[1], hips[1], hips[0]], closed=True, fill="near"))
    out.append(stroke("neck", "near", 9, [middle, head]))
    out.append(disc("head", "near", head, HEAD, fill="near"))
    if face:
        for name, dx in (("eye-left", -4), ("eye-right", 4)):
            if eyes_shut:
                out.append(stroke(name, "paper", 1.6, [(head[0] + dx - 2, head[1]), (head[0] + dx + 2, head[1])]))
            else:
                out.append(disc(name, "paper", (head[0] + dx, head[1] - 1), 1.7, fill="paper"))
    if blades:
        for name, centre, lean in (("blade-left", blades[0], 1), ("blade-right", blades[1], -1)):
            x, y = centre
            out.append(stroke(name, "paper", 2.2, [(x - 6 * lean, y - 9), (x + 6 * lean, y - 7), (x + 1 * lean, y + 11)],
                              closed=True))
    if not behind:
        for part in arm_strokes:
            out += [dict(part, name=part["name"] + "-edge", role="paper", width=12.5), part]
    return out


# ------------------------------------------------------------------------------------------------- what stands around

def floor(y=FLOOR):
    return [stroke("floor", "prop", 3, [(8, y), (192, y)])]


def mat(x1=12, x2=188, y=FLOOR):
    return [stroke("mat", "tool", 4, [(x1, y + 1), (x2, y + 1)])]


def wall(x, room=1, top=8, bottom=FLOOR):
    """A wall at `x`; the room lies to its right (1) or left (-1)."""
    out = [stroke("wall", "prop", 4, [(x, top), (x, bottom)])]
    for i, y in enumerate(range(top + 8, bottom, 16)):
        out.append(stroke(f"wall-hatch-{i}", "prop", 1.6, [(x - 2 * room, y), (x - 10 * room, y + 9)]))
    return out


def wall_behind(top=6):
    """A wall as seen from the front: the figure stands before it."""
    out = [stroke("wall", "light", 0, [(14, top), (186, top), (186, FLOOR), (14, FLOOR)], closed=True, fill="light")]
    for i, y in enumerate(range(top + 26, FLOOR - 4, 30)):
        out.append(stroke(f"course-{i}", "paper", 2, [(14, y), (186, y)]))
        for j, x in enumerate(range(34 + (i % 2) * 26, 186, 52)):
            out.append(stroke(f"joint-{i}-{j}", "paper", 2, [(x, y), (x, min(y + 30, FLOOR))]))
    return out


def chair(x, seat=142, back=True, way=1, top=92):
    """A chair whose seat begins at `x` and reaches forward (way = 1: to the right)."""
    out = [stroke("seat", "prop", 6, [(x, seat), (x + 44 * way, seat)]),
           stroke("chair-leg-1", "prop", 4, [(x + 4 * way, seat), (x + 2 * way, FLOOR)]),
           stroke("chair-leg-2", "prop", 4, [(x + 40 * way, seat), (x + 42 * way, FLOOR)])]
    if back:
        out.append(stroke("backrest", "prop", 6, [(x, seat), (x - 6 * way, top)]))
    return out


def stool(x1, x2, seat=142):
    return [stroke("seat", "prop", 6, [(x1, seat), (x2, seat)]),
            stroke("chair-leg-1", "prop", 4, [(x1 + 5, seat), (x1 + 1, FLOOR)]),
            stroke("chair-leg-2", "prop", 4, [(x2 - 5, seat), (x2 - 1, FLOOR)])]


def desk(x1, x2, y=112, screen=True, screen_x=None):
    out = [stroke("desk", "prop", 5, [(x1, y), (x2, y)]), stroke("desk-leg", "prop", 4, [(x2 - 6, y), (x2 - 6, FLOOR)])]
    if screen:
        sx = screen_x or x2 - 18
        out += [stroke("screen", "prop", 6, [(sx, y - 50), (sx, y - 14)]), stroke("screen-foot", "prop", 4, [(sx, y - 14), (sx + 4, y - 2)])]
    return out


def roller(x, y, r=13):
    return [disc("roller", "tool", (x, y), r, fill="tool"), disc("roller-core", "paper", (x, y), r * 0.4, fill="paper")]


def ball(x, y, r=9):
    return [disc("ball", "tool", (x, y), r, fill="tool"),
            stroke("ball-seam", "paper", 1.5, [(x - r + 2, y - 2), (x, y + 2), (x + r - 2, y - 2)], smooth=True)]


def wedge(x1, x2, height=26, y=FLOOR):
    return [stroke("wedge", "tool", 3, [(x1, y - 1), (x2, y - 1), (x1, y - height)], closed=True, fill="tool")]


def arrow(name, points):
    """A movement: along two points straight, along three as a curve; the head is at the last one."""
    (x0, y0), (x1, y1) = points[-2], points[-1]
    angle = math.atan2(y1 - y0, x1 - x0)
    tips = [(x1 - 9 * math.cos(angle + s * 0.55), y1 - 9 * math.sin(angle + s * 0.55)) for s in (-1, 1)]
    return [stroke(name, "move", 3.6, points, smooth=len(points) == 3),
            stroke(name + "-head", "move", 3.6, [tips[0], (x1, y1), tips[1]])]


# --------------------------------------------------------------------------------------------------------------- output

def svg_part(part):
    fill = COLOURS[part["fill"]] if part.get("fill") else "none"
    if "radius" in part:
        (x, y), = part["points"]
        line = f' stroke="{COLOURS[part["role"]]}" stroke-width="{part["width"]}"' if part["width"] else ""
        return f'<circle cx="{x:g}" cy="{y:g}" r="{part["radius"]:g}" fill="{fill}"{line}/>'
    points = part["points"]
    if part["smooth"] and len(points) == 3:
        # Through the middle point: the control point lies twice as far off.
        (ax, ay), (mx, my), (bx, by) = points
        cx, cy = 2 * mx - (ax + bx) / 2, 2 * my - (ay + by) / 2
        path = f"M{ax:g} {ay:g}Q{cx:g} {cy:g} {bx:g} {by:g}"
    else:
        path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + ("Z" if part["closed"] else "")
    line = f' stroke="{COLOURS[part["role"]]}" stroke-width="{part["width"]:g}"' if part["width"] else ""
    dash = ' stroke-dasharray="5 6"' if part["dash"] else ""
    return f'<path d="{path}" fill="{fill}"{line}{dash}/>'


def svg(parts):
    body = "\n".join(svg_part(part) for part in parts)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}">\n'
            f'<rect width="{SIZE}" height="{SIZE}" rx="16" fill="{COLOURS["paper"]}"/>\n'
            f'<g stroke-linecap="round" stroke-linejoin="round">\n{body}\n</g>\n</svg>\n')


def files_of(exercises):
    for name, frames in exercises.items():
        for number, parts in enumerate(frames, 1):
            yield f"{name}-{number}.svg", svg(parts)
        yield f"{name}.json", json.dumps({"size": SIZE, "colours": COLOURS, "frames": frames}, separators=(",", ":")) + "\n"


def main():
    here = pathlib.Path(__file__).resolve().parent
    from poses import exercises
    wrong = 0
    for name, text in files_of(exercises()):
        path = here / name
        if path.exists() and path.read_text() == text and (path.suffix == ".json" or path.with_suffix(".png").exists()):
            continue
        if "--check" in sys.argv:
            print(f"{path}: not as poses.py says; run {pathlib.Path(__file__).name}")
            wrong = 1
            continue
        path.write_text(text)
        if path.suffix == ".svg":
            if shutil.which("rsvg-convert") is None:
                sys.exit("draw.py: rsvg-convert: not found (Debian: librsvg2-bin)")
            subprocess.run(["rsvg-convert", "-w", "256", "-h", "256", "-o", path.with_suffix(".png"), path], check=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())

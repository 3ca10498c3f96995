# SPDX-License-Identifier: MIT
"""Joint positions of every exercise's frames, on a field of 200 × 200 whose floor is at y = 182."""
from draw import arrow, ball, chair, desk, disc, floor, front, mat, roller, side, stool, stroke, wall, wall_behind, wedge

RIGHT, LEFT, UP, DOWN = (1, 0), (-1, 0), (0, -1), (0, 1)


def sitting(shoulder=(78, 80), head=(82, 60), arm=((104, 118), -1), arm_far=None, bow=0.0, nose=RIGHT, hip=(78, 130),
            knee_up=0.0, belly=0.0, turned=0.0, chair_back=True):
    """On a chair, facing right."""
    leg = ((hip[0] + 44, 132 - knee_up), (hip[0] + 44, 174 - knee_up), "raw")
    leg_far = ((hip[0] + 44, 132), (hip[0] + 44, 174), "raw") if knee_up else None
    return floor() + chair(hip[0] - 18, 144, back=chair_back, top=92) + side(
        hip, shoulder, head, leg, arm, leg_far=leg_far, arm_far=arm_far, bow=bow, nose=nose, foot=RIGHT, foot_far=RIGHT,
        belly=belly, turned=turned)


def standing(x=100, shoulder=None, head=None, arm=None, arm_far=None, nose=RIGHT, bow=0.0, hip=None, leg=None, leg_far=None,
             foot=RIGHT, foot_far=RIGHT):
    hip = hip or (x, 88)
    shoulder = shoulder or (x, 38)
    head = head or (shoulder[0] + 3, shoulder[1] - 20)
    arm = arm or ((x + 3, 92), -1)
    return floor() + side(hip, shoulder, head, leg or ((x, 176), -1), arm, leg_far=leg_far, arm_far=arm_far, bow=bow, nose=nose,
                          foot=foot, foot_far=foot_far if leg_far else None)


def on_hands_and_knees(shoulder=(136, 118), hip=(80, 124), head=(156, 108), arm=((136, 174), 1), arm_far=((140, 174), 1),
                       leg=None, leg_far=None, bow=0.0, nose=(1, 1), foot=LEFT, foot_far=LEFT, turned=0.0):
    leg = leg or ((hip[0] - 2, 172), (hip[0] - 42, 176), "raw")
    return floor() + mat(20, 186) + side(hip, shoulder, head, leg, arm, leg_far=leg_far, arm_far=arm_far, bow=bow, nose=nose,
                                         foot=foot, foot_far=foot_far if leg_far else None, turned=turned)


def on_the_back(shoulder=(62, 170), hip=(112, 170), head=(40, 168), arm=None, arm_far=None, leg=((154, 174), -1), leg_far=None,
                bow=0.0, foot=RIGHT, foot_far=RIGHT, belly=0.0, nose=UP):
    return floor() + mat() + side(hip, shoulder, head, leg, arm, leg_far=leg_far, arm_far=arm_far, bow=bow, nose=nose, foot=foot,
                                  foot_far=foot_far if leg_far else None, belly=belly)


def on_the_front(shoulder=(56, 168), hip=(106, 171), head=(35, 168), arm=None, bow=0.0, nose=DOWN):
    return floor() + mat() + side(hip, shoulder, head, ((151, 173), (190, 174), "raw"), arm, bow=bow, nose=nose)


def from_behind(shoulder_y, inward, elbows, hands, blades):
    return front(((74 + inward, shoulder_y), (126 - inward, shoulder_y)), ((84, 128), (116, 128)), (100, 52), (elbows[0], hands[0]),
                 (elbows[1], hands[1]), ((82, 150), (80, 176)), ((118, 150), (120, 176)), face=False, blades=blades, foot=False)


def from_the_front(arm_left, arm_right, head=(100, 30)):
    return front(((80, 56), (120, 56)), ((86, 104), (114, 104)), head, arm_left, arm_right, ((85, 142), (84, 174)),
                 ((115, 142), (116, 174)))


def lying_from_above(arm_left, arm_right, face, legs=None, blades=None):
    """Prone or supine, seen from above: head at the top, on a mat."""
    leg_left, leg_right = legs or (((88, 150), (86, 184)), ((112, 150), (114, 184)))
    mat_part = [stroke("mat", "tool", 3, [(40, 6), (160, 6), (160, 194), (40, 194)], closed=True, fill="light")]
    return mat_part + front(((82, 70), (118, 70)), ((88, 116), (112, 116)), (100, 44), arm_left, arm_right, leg_left, leg_right, face=face,
                            blades=blades, foot=False)


def hand(spread):
    """A hand, palm to the viewer."""
    parts = [stroke("wrist", "near", 34, [(100, 188), (100, 150)]), disc("palm", "near", (100, 122), 33, fill="near")]
    if spread:
        fingers = [((76, 102), (50, 46)), ((91, 94), (82, 28)), ((108, 94), (118, 28)), ((123, 102), (150, 46)), ((126, 132), (172, 104))]
        for i, (a, b) in enumerate(fingers):
            parts.append(stroke(f"finger-{i}", "near", 16, [a, b]))
    else:
        for i, x in enumerate((76, 92, 108, 124)):
            parts.append(stroke(f"finger-edge-{i}", "paper", 20, [(x, 98), (x, 118)]))
            parts.append(stroke(f"finger-{i}", "near", 15, [(x, 96), (x, 120)]))
        parts.append(stroke("thumb-edge", "paper", 21, [(134, 138), (92, 132)]))
        parts.append(stroke("thumb", "near", 16, [(134, 138), (92, 132)]))
    return parts


def forearm():
    return [stroke("sleeve", "prop", 40, [(0, 122), (40, 121)]), stroke("forearm", "near", 27, [(40, 121), (112, 120)])]


def tree(x, y):
    return [stroke("trunk", "prop", 4, [(x, y), (x, y - 16)]), disc("crown", "tool", (x, y - 24), 12, fill="tool")]


def window(x1=126, x2=190, y1=22, y2=96):
    return [stroke("window", "prop", 3, [(x1, y1), (x2, y1), (x2, y2), (x1, y2)], closed=True),
            stroke("window-bar", "prop", 2, [((x1 + x2) / 2, y1), ((x1 + x2) / 2, y2)])]


def big_head(turn, shut=False):
    """Head and shoulders from the front; `turn` −1 … 1."""
    x = 100 + turn * 5
    parts = [stroke("shoulders", "near", 40, [(62, 160), (138, 160)]), stroke("chest", "near", 40, [(66, 186), (134, 186)]),
             stroke("neck", "near", 26, [(100, 150), (x, 116)]), disc("head", "near", (x, 82), 40, fill="near")]
    for name, dx in (("eye-left", -15), ("eye-right", 15)):
        ex = x + dx * (1 - abs(turn) * 0.45) + turn * 20
        parts.append(disc(name, "paper", (ex, 74), 4.2, fill="paper"))
    nose_x = x + turn * 26
    parts.append(stroke("nose", "paper", 3.4, [(nose_x, 78), (nose_x + (turn * 9 or 3), 92), (nose_x - 2, 94)]))
    mouth_x = x + turn * 20
    parts.append(stroke("mouth", "paper", 3.4, [(mouth_x - 9, 105), (mouth_x + 9, 105)]))
    if turn:
        parts.append(disc("profile", "near", (x + turn * 40, 88), 6, fill="near"))
        parts.append(disc("ear", "light", (x - turn * 20, 84), 6, fill="light"))
    return parts


def exercises():
    e = {}
    arms_down = (((70, 104), (68, 128)), ((130, 104), (132, 128)))
    e["shoulder-blade-squeeze"] = [
        floor() + stool(70, 130, 142) + from_behind(80, 0, [(64, 106), (136, 106)], [(62, 132), (138, 132)], [(80, 98), (120, 98)]),
        floor() + stool(70, 130, 142) + from_behind(84, 4, [(54, 106), (146, 106)], [(66, 128), (134, 128)], [(92, 102), (108, 102)])
        + arrow("left", [(40, 84), (64, 90)]) + arrow("right", [(160, 84), (136, 90)]),
    ]
    e["stand-and-walk"] = [
        floor() + desk(112, 190, 118, screen_x=174)[0:] + sitting(hip=(64, 130), shoulder=(64, 80), head=(69, 60), arm=((112, 112), -1))[1:],
        floor() + desk(112, 190, 118, screen_x=174) + chair(20, 144) + standing(84, arm=((88, 92), -1))[1:] + arrow("up", [(52, 112), (52, 70)]),
        floor() + chair(14, 144) + standing(118, arm=((140, 84), -1), arm_far=((96, 82), -1), leg=((146, 172), -1), leg_far=((88, 170), -1),
                                            foot=(1, -0.3), foot_far=(1, 0.6))[1:] + arrow("walk", [(150, 110), (188, 110)]),
    ]
    e["step-away"] = [
        floor() + desk(10, 74, 118, screen_x=26)[0:2] + desk(10, 74, 118, screen_x=26)[2:] + sitting(hip=(106, 130), shoulder=(106, 80), head=(111, 60),
                                                                                                      arm=((140, 120), -1))[1:]
        + arrow("turn", [(70, 46), (100, 26), (134, 44)]),
        floor() + window(132, 192, 20, 104) + tree(148, 98) + tree(176, 92) + standing(76, arm=((80, 92), -1))[1:]
        + [stroke("gaze", "move", 2.6, [(98, 18), (128, 44)], dash=True)],
    ]
    e["look-far"] = [
        floor() + desk(96, 150, 118, screen_x=120) + window(134, 194, 14, 88) + tree(178, 82)
        + sitting(hip=(50, 130), shoulder=(50, 80), head=(55, 60), arm=((98, 112), -1))[1:]
        + [stroke("gaze", "move", 3, [(72, 56), (164, 58)], dash=True)],
        floor() + desk(96, 150, 118, screen_x=120) + window(134, 194, 14, 88) + tree(178, 82)
        + sitting(hip=(50, 130), shoulder=(50, 80), head=(55, 60), arm=((98, 112), -1))[1:]
        + [stroke("lid", "paper", 2, [(57, 58), (64, 58)])],
    ]
    e["neck-turns"] = [big_head(0), big_head(1) + arrow("turn", [(74, 26), (112, 14), (148, 34)])]
    e["wrist-stretch"] = [
        forearm() + [stroke("palm", "near", 26, [(112, 120), (140, 120)])]
        + [stroke(f"finger-{k}", "near", 9, [(142, 110 + 7 * k), (184, 108 + 8 * k)]) for k in range(4)],
        forearm() + [stroke("palm", "near", 26, [(112, 118), (122, 92)])]
        + [stroke(f"finger-{k}", "near", 9, [(112 + 7 * k, 84 + 2 * k), (104 + 9 * k, 40 + 3 * k)]) for k in range(4)]
        + [stroke("helper-arm", "far", 24, [(196, 20), (156, 48)]), stroke("helper-hand", "far", 24, [(156, 48), (140, 62)])]
        + [stroke(f"helper-finger-{k}", "far", 9, [(146, 50 + 9 * k), (104, 46 + 9 * k)]) for k in range(3)]
        + arrow("pull", [(92, 76), (66, 66), (48, 40)]),
    ]
    e["open-and-close-hands"] = [hand(True), hand(False)]
    e["shoulder-rolls"] = [
        floor() + stool(70, 130, 142) + front(((74, 84), (126, 84)), ((84, 128), (116, 128)), (100, 54), ((66, 108), (64, 132)), ((134, 108), (136, 132)),
                                              ((82, 150), (80, 176)), ((118, 150), (120, 176)), foot=False),
        floor() + stool(70, 130, 142) + front(((76, 68), (124, 68)), ((84, 128), (116, 128)), (100, 54), ((66, 94), (64, 120)), ((134, 94), (136, 120)),
                                              ((82, 150), (80, 176)), ((118, 150), (120, 176)), foot=False)
        + arrow("left", [(58, 88), (42, 72), (60, 56)]) + arrow("right", [(142, 88), (158, 72), (140, 56)]),
    ]
    e["wall-angel"] = [
        wall_behind() + floor() + from_the_front(((54, 60), (52, 34)), ((146, 60), (148, 34)), head=(100, 32)),
        wall_behind() + floor() + from_the_front(((62, 38), (74, 14)), ((138, 38), (126, 14)), head=(100, 32))
        + arrow("left", [(40, 54), (44, 18)]) + arrow("right", [(160, 54), (156, 18)]),
    ]
    e["thread-the-needle"] = [
        on_hands_and_knees(),
        on_hands_and_knees(shoulder=(130, 160), head=(152, 168), arm=((104, 174), (76, 176), "raw"), arm_far=((158, 150), (178, 174), "raw"), hip=(80, 122),
                           nose=(0, 1)) + arrow("through", [(128, 190), (84, 190)]),
    ]
    e["diaphragmatic-breathing"] = [
        on_the_back(arm=((76, 146), (100, 158), "raw"), arm_far=((54, 146), (72, 156), "raw")) + arrow("out", [(46, 146), (46, 124)]),
        on_the_back(arm=((74, 138), (98, 146), "raw"), arm_far=((54, 146), (72, 156), "raw"), belly=11) + arrow("in", [(34, 122), (34, 146)])
        + arrow("up", [(98, 132), (98, 108)]),
    ]
    e["hook-lying-rotation"] = [
        lying_from_above(((60, 78), (32, 80)), ((140, 78), (168, 80)), True, legs=(((92, 146), (90, 168)), ((108, 146), (110, 168)))),
        lying_from_above(((60, 78), (32, 80)), ((140, 78), (168, 80)), True, legs=(((134, 140), (116, 174)), ((146, 126), (134, 162))))
        + arrow("roll", [(78, 150), (96, 176), (130, 184)]),
    ]
    e["scapular-setting"] = [
        lying_from_above(((70, 98), (66, 128)), ((130, 98), (134, 128)), False, blades=[(82, 90), (118, 90)]),
        lying_from_above(((66, 100), (64, 130)), ((134, 100), (136, 130)), False, blades=[(92, 96), (108, 96)])
        + arrow("left", [(48, 78), (66, 92)]) + arrow("right", [(152, 78), (134, 92)]),
    ]
    e["foam-roller-extension"] = [
        floor() + mat() + roller(70, 168, 13) + side((116, 168), (62, 146), (42, 132), ((158, 174), -1), ((40, 160), (36, 138), "raw"), nose=(0.5, -1), foot=RIGHT),
        floor() + mat() + roller(70, 168, 13) + side((116, 168), (58, 150), (36, 158), ((158, 174), -1), ((40, 176), (26, 160), "raw"), bow=-9, nose=(-0.3, -1), foot=RIGHT)
        + arrow("back", [(44, 120), (24, 122), (14, 140)]),
    ]
    e["quadruped-rotation"] = [
        on_hands_and_knees(arm=((146, 142), (158, 112), "raw"), arm_far=((140, 174), 1), nose=(0.5, 1)),
        on_hands_and_knees(arm=((128, 82), (154, 98), "raw"), arm_far=((140, 174), 1), nose=(0.8, -0.6), turned=0) + arrow("up", [(164, 140), (176, 96), (146, 66)]),
    ]
    e["prone-ytw"] = [
        lying_from_above(((66, 50), (54, 22)), ((134, 50), (146, 22)), False),
        lying_from_above(((56, 70), (28, 70)), ((144, 70), (172, 70)), False),
        lying_from_above(((58, 84), (48, 56)), ((142, 84), (152, 56)), False),
    ]
    e["band-row"] = [
        floor() + wall(14) + standing(126, arm=((74, 58), 1), nose=LEFT, head=(123, 18), foot=LEFT)[1:] + [stroke("band", "tool", 4, [(16, 60), (72, 58)])],
        floor() + wall(14) + standing(126, arm=((150, 58), (118, 60), "raw"), nose=LEFT, head=(123, 18), foot=LEFT)[1:]
        + [stroke("band", "tool", 3, [(16, 60), (116, 60)])] + arrow("pull", [(74, 84), (106, 84)]),
    ]
    e["dead-bug"] = [
        on_the_back(shoulder=(70, 170), hip=(120, 170), head=(48, 168), arm=((70, 116), 1), arm_far=((76, 117), 1), leg=((122, 124), (164, 124), "raw"),
                    leg_far=((128, 126), (168, 130), "raw"), foot=UP, foot_far=UP),
        on_the_back(shoulder=(70, 170), hip=(120, 170), head=(48, 168), arm=((44, 152), (18, 142), "raw"), arm_far=((76, 117), 1), leg=((122, 124), (164, 124), "raw"),
                    leg_far=((162, 156), (192, 146), "raw"), foot=UP, foot_far=(0.3, -1))
        + arrow("arm", [(56, 114), (30, 120)]) + arrow("leg", [(166, 140), (188, 132)]),
    ]
    e["bird-dog"] = [
        on_hands_and_knees(),
        on_hands_and_knees(arm=((162, 112), (190, 104), "raw"), arm_far=((136, 174), 1), leg=((78, 172), (38, 176), "raw"),
                           leg_far=((44, 117), (12, 111), "raw"), foot_far=(0, 1), head=(156, 126)) + arrow("arm", [(150, 88), (184, 84)]) + arrow("leg", [(62, 96), (24, 92)]),
        on_hands_and_knees(shoulder=(134, 112), hip=(80, 120), head=(150, 130), arm=((120, 138), (100, 152), "raw"), arm_far=((138, 174), 1), bow=-10,
                           leg_far=((78, 168), (38, 176), "raw"), leg=((112, 152), (78, 164), "raw"), nose=(-0.2, 1)),
    ]
    e["ball-on-wall"] = [
        floor() + wall(40) + ball(60, 58, 11) + standing(80, arm=((92, 92), -1), leg=((100, 174), -1))[1:],
        floor() + wall(40) + ball(60, 72, 11) + standing(80, hip=(82, 106), shoulder=(80, 56), arm=((94, 108), -1), leg=((100, 174), -1))[1:]
        + arrow("down", [(140, 60), (140, 96)]) + arrow("up", [(156, 96), (156, 60)]),
    ]
    e["forearm-wall-opener"] = [
        floor() + wall(150, -1) + standing(100, arm=((138, 42), (142, 14), "raw"))[1:],
        floor() + wall(150, -1) + standing(96, hip=(92, 90), shoulder=(114, 44), head=(124, 26), bow=6, arm=((138, 42), (142, 14), "raw"), leg=((88, 176), -1))[1:]
        + arrow("lean", [(92, 66), (124, 66)]),
    ]
    e["cat-cow"] = [
        on_hands_and_knees(bow=-26, head=(150, 138), nose=(-0.3, 1), shoulder=(134, 120)) + arrow("up", [(106, 84), (106, 58)]),
        on_hands_and_knees(bow=20, head=(156, 96), nose=(1, -0.4), shoulder=(134, 114), hip=(80, 120)) + arrow("down", [(106, 98), (106, 124)]),
    ]
    e["wedge-opener"] = [
        floor() + mat() + wedge(64, 30, 28) + side((92, 166), (92, 116), (94, 96), ((140, 174), -1), ((112, 148), -1), nose=RIGHT, foot=RIGHT),
        floor() + mat() + wedge(68, 30, 28) + side((112, 170), (66, 148), (42, 150), ((156, 174), -1), ((60, 164), (44, 178), "raw"), bow=-7, nose=(-0.2, -1), foot=RIGHT)
        + arrow("open", [(66, 132), (84, 112), (104, 126)]),
    ]
    e["own-movement"] = [
        floor() + from_the_front(((60, 76), (44, 98)), ((96, 84), (58, 104)))[0:] + arrow("swing", [(50, 126), (100, 140), (150, 118)]),
        floor() + from_the_front(((104, 40), (140, 26)), ((140, 44), (154, 20))) + arrow("swing", [(60, 108), (56, 60), (96, 14)]),
    ]
    e["seated-breathing"] = [
        sitting(arm=((92, 106), (88, 112), "raw"), arm_far=((98, 98), (86, 90), "raw")),
        sitting(arm=((98, 106), (98, 114), "raw"), arm_far=((98, 98), (86, 90), "raw"), belly=9) + arrow("out", [(114, 108), (140, 108)]),
    ]
    e["seated-rotation"] = [
        floor() + stool(70, 130, 142) + front(((76, 80), (124, 80)), ((84, 128), (116, 128)), (100, 52), ((72, 102), (112, 90)), ((128, 102), (88, 92)), ((80, 146), (78, 176)),
                                              ((120, 146), (122, 176))),
        floor() + stool(70, 130, 142) + front(((88, 78), (116, 84)), ((84, 128), (116, 128)), (104, 52), ((100, 104), (126, 92)), ((122, 104), (100, 92)), ((80, 146), (78, 176)),
                                              ((120, 146), (122, 176)), face=False) + [disc("nose", "near", (116, 54), 3.5, fill="near")]
        + arrow("turn", [(64, 40), (100, 22), (140, 42)]),
    ]
    e["seated-chest-lift"] = [
        sitting(hip=(84, 130), shoulder=(88, 82), head=(98, 66), nose=(1, 0.5), bow=-7, arm=((104, 104), (94, 84), "raw"), chair_back=False),
        sitting(hip=(84, 130), shoulder=(78, 80), head=(74, 58), nose=(0.8, -0.8), bow=8, arm=((102, 64), (84, 76), "raw"), chair_back=False) + arrow("up", [(120, 92), (124, 66), (112, 44)]),
    ]
    e["seated-chest-opener"] = [
        sitting(hip=(84, 130), shoulder=(84, 80), head=(88, 60), arm=((86, 132), -1), chair_back=False),
        sitting(hip=(84, 130), shoulder=(80, 80), head=(82, 59), arm=((56, 96), (76, 118), "raw"), bow=7, chair_back=False) + arrow("open", [(104, 92), (130, 88)]) + arrow("back", [(48, 80), (30, 92)]),
    ]
    e["standing-ytw"] = [
        floor() + from_the_front(((64, 36), (50, 14)), ((136, 36), (150, 14))),
        floor() + from_the_front(((54, 56), (28, 56)), ((146, 56), (172, 56))),
        floor() + from_the_front(((58, 74), (44, 48)), ((142, 74), (156, 48))),
    ]
    e["elbow-pull"] = [
        sitting(arm=((132, 84), -1)),
        sitting(arm=((54, 98), (80, 100), "raw")) + arrow("back", [(134, 100), (100, 100)]),
    ]
    e["seated-march"] = [
        sitting(hip=(84, 130), shoulder=(84, 80), head=(88, 60), arm=((88, 130), -1), chair_back=False),
        sitting(hip=(84, 130), shoulder=(84, 80), head=(88, 60), arm=((80, 132), 1), arm_far=((136, 66), 1), knee_up=30, chair_back=False) + arrow("up", [(150, 146), (150, 116)]),
    ]
    e["standing-cross-reach"] = [
        floor() + desk(120, 190, 104, screen=False) + standing(92, arm=((122, 98), -1), arm_far=((96, 92), -1))[1:],
        floor() + desk(120, 190, 104, screen=False) + standing(92, hip=(90, 90), shoulder=(102, 42), head=(110, 24), arm=((122, 98), 1), arm_far=((154, 30), -1), leg=((90, 176), -1),
                                                               leg_far=((54, 118), (18, 134), "raw"), foot_far=(-0.5, 1))[1:] + arrow("arm", [(130, 52), (160, 50)]) + arrow("leg", [(54, 104), (22, 112)]),
    ]
    e["seated-cat-cow"] = [
        sitting(hip=(84, 130), shoulder=(92, 86), head=(106, 78), nose=(0.6, 1), bow=-14, arm=((126, 126), -1), chair_back=False) + arrow("back", [(62, 104), (38, 104)]),
        sitting(hip=(84, 130), shoulder=(90, 82), head=(96, 62), nose=(1, -0.2), bow=10, arm=((128, 126), 1), chair_back=False) + arrow("forward", [(112, 98), (138, 92)]),
    ]
    return e

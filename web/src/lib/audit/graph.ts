/** The witness graph: members around a circle, an arrow from each witness to the log that it has cosigned. */
import type { Audit } from '../api/types';

/** A point, pixels. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** A member's place. */
export interface Place extends Point {
  readonly member: string;
  /** Where its name stands, and which end of the text is there. */
  readonly label: Point & { readonly anchor: 'start' | 'middle' | 'end' };
}

/** A cosignature: `from` has cosigned the log of `to`. */
export interface Edge {
  readonly from: string;
  readonly to: string;
  readonly at: string;
}

/** An arrow as SVG paths. */
export interface Arrow {
  readonly line: string;
  readonly head: string;
}

/** The drawing's measures, pixels. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  /** Radius of a member's disc. */
  readonly disc: number;
  readonly places: readonly Place[];
  /** Whether there is room for names; the codes stand in any case. */
  readonly named: boolean;
}

const DISC_MOST = 22;
const DISC_LEAST = 9;
/** The widest that the drawing becomes, and the width from which names stand beside their members. */
export const WIDTH_MOST = 740;
const ROOMY = 600;
/** Room above and below the circle for names. */
const NAMES = 26;
/** Room that a name takes sideways: beside its member, and half of it where it stands above or below. */
const NAME = 156;
const NAME_HALF = 60;
/** Radius of the circle at most. */
const CIRCLE_MOST = 210;
/** Distance of two members from which their names stand clear of each other. */
const CLEAR = 56;
/** How far an arrow bends away from the straight line, as a part of its length: the way back bends to the other side. */
const BEND = 0.09;
const HEAD = 7;

/** Places the members, the first on top, then clockwise. */
export function layout(members: readonly string[], width: number): Layout {
  const wide = Math.min(width, WIDTH_MOST);
  const middle = wide / 2;
  const beside = wide >= ROOMY;
  const around = Math.max(members.length, 1);
  const roomy = Math.max(40, Math.min(middle - (beside ? NAME : NAME_HALF), CIRCLE_MOST));
  const disc = Math.max(DISC_LEAST, Math.min(DISC_MOST, roomy * Math.sin(Math.PI / Math.max(around, 3)) * 0.5));
  const height = 2 * (roomy + disc + NAMES);
  const centre = { x: middle, y: height / 2 };
  const places = members.map((member, index) => {
    const angle = -Math.PI / 2 + (index * 2 * Math.PI) / around;
    const x = centre.x + Math.cos(angle) * roomy;
    const y = centre.y + Math.sin(angle) * roomy;
    return { member, x, y, label: label({ x, y }, angle, disc, beside) };
  });
  return { width: wide, height, disc, places, named: around < 3 || 2 * roomy * Math.sin(Math.PI / around) >= CLEAR };
}

/** Names stand outside the circle: beside where there is room; else above in the upper part, below elsewhere. */
function label({ x, y }: Point, angle: number, disc: number, beside: boolean): Place['label'] {
  const across = Math.cos(angle);
  if (beside && Math.abs(across) > 0.3) return { x: x + Math.sign(across) * (disc + 14), y: y + 4, anchor: across > 0 ? 'start' : 'end' };
  return { x, y: Math.sin(angle) < -0.4 ? y - disc - 9 : y + disc + 16, anchor: 'middle' };
}

/** All cosignatures, log by log. */
export function edges(audit: Audit): Edge[] {
  return audit.logs.flatMap((log) => log.cosigners.filter((one) => one.member !== log.member).map((one) => ({ from: one.member, to: log.member, at: one.at })));
}

/** The arrow from disc to disc, bent to its right. */
export function arrow(from: Point, to: Point, disc: number): Arrow {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const bend = { x: (from.x + to.x) / 2 - dy * BEND, y: (from.y + to.y) / 2 + dx * BEND };
  const start = towards(from, bend, disc + 2);
  const tip = towards(to, bend, disc + 3);
  const foot = towards(to, bend, Math.min(disc + 3 + HEAD, length / 2));
  const back = Math.hypot(bend.x - to.x, bend.y - to.y) || 1;
  const side = { x: ((bend.y - to.y) / back) * HEAD * 0.45, y: (-(bend.x - to.x) / back) * HEAD * 0.45 };
  return {
    line: `M${at(start)}Q${at(bend)} ${at(foot)}`,
    head: `M${at(tip)}L${at({ x: foot.x + side.x, y: foot.y + side.y })}L${at({ x: foot.x - side.x, y: foot.y - side.y })}Z`,
  };
}

function towards(from: Point, to: Point, by: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  return { x: from.x + ((to.x - from.x) * by) / length, y: from.y + ((to.y - from.y) * by) / length };
}

function at({ x, y }: Point): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}

/** Who has to do with a member, each in the order of the logs. */
export interface Neighbours {
  /** Members whose logs it has cosigned. */
  readonly gave: readonly string[];
  /** Members that have cosigned its log. */
  readonly got: readonly string[];
  /** Members that have not. */
  readonly missing: readonly string[];
}

export function neighbours(audit: Audit, member: string): Neighbours {
  const members = audit.logs.map((log) => log.member);
  const all = edges(audit);
  const given = new Set(all.filter((edge) => edge.from === member).map((edge) => edge.to));
  const taken = new Set(all.filter((edge) => edge.to === member).map((edge) => edge.from));
  return {
    gave: members.filter((other) => given.has(other)),
    got: members.filter((other) => taken.has(other)),
    missing: members.filter((other) => other !== member && !taken.has(other)),
  };
}

/** The member that an arrow key moves to, around the circle; Home and End go to the first and the last. */
export function moved(members: readonly string[], member: string, key: string): string | undefined {
  const from = members.indexOf(member);
  const to = { ArrowRight: from + 1, ArrowDown: from + 1, ArrowLeft: from - 1, ArrowUp: from - 1, Home: 0, End: members.length - 1 }[key];
  return to === undefined ? undefined : members[(to + members.length) % members.length];
}

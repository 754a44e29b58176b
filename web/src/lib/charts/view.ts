/** Zoom and pan of a map. */

/** How the drawing is moved: a point (x, y) of the map stands at (k·x + tx, k·y + ty). */
export interface View {
  readonly k: number;
  readonly tx: number;
  readonly ty: number;
}

export const WHOLE: View = { k: 1, tx: 0, ty: 0 };
export const MOST = 24;

/** The view kept within its limits: between the whole and {@link MOST}, and never off the map. */
export function clampView(view: View, width: number, height: number): View {
  const k = Math.min(MOST, Math.max(1, view.k));
  const within = (t: number, room: number): number => Math.min(0, Math.max(room - room * k, t));
  return { k, tx: within(view.tx, width), ty: within(view.ty, height) };
}

/** The view zoomed by a factor, the point (x, y) of the window staying where it is. */
export function zoomAt(view: View, by: number, x: number, y: number, width: number, height: number): View {
  const k = Math.min(MOST, Math.max(1, view.k * by));
  const ratio = k / view.k;
  return clampView({ k, tx: x - (x - view.tx) * ratio, ty: y - (y - view.ty) * ratio }, width, height);
}

/** The view that brings a point of the map to the middle. */
export function centreOn(x: number, y: number, k: number, width: number, height: number): View {
  return clampView({ k, tx: width / 2 - x * k, ty: height / 2 - y * k }, width, height);
}

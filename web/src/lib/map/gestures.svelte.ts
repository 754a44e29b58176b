/** Pan and zoom of a map: by pointer, by two fingers, by wheel and by key. */
import { centreOn, clampView, WHOLE, zoomAt, type View } from '../charts/view';

/** Travel of a pointer, in pixels, up to which it was a click. */
const CLICK = 4;
/** Factor of one press of a zoom key. */
const STEP = 1.6;
/** Way of one press of an arrow key, pixels. */
const WAY = 60;

interface Spot {
  x: number;
  y: number;
}

export interface Gestures {
  readonly view: View;
  /** Where the pointer is, in pixels of the map. */
  readonly at: Spot;
  zoom(by: number): void;
  whole(): void;
  /** Brings a point of the unzoomed map to the middle. */
  centre(x: number, y: number): void;
  /** Keeps the view within a map whose size has changed. */
  fit(): void;
  /** Whether the pointer that went up had only clicked. */
  clicked(): boolean;
  down(event: PointerEvent): void;
  move(event: PointerEvent): void;
  up(event: PointerEvent): void;
  wheel(event: WheelEvent): void;
  twice(event: MouseEvent): void;
  /** Tells whether the key was one of the map's. */
  press(key: string): boolean;
}

function local(event: MouseEvent): Spot {
  const bounds = (event.currentTarget as Element).getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
}

export function gestures(size: () => { width: number; height: number }): Gestures {
  let view = $state.raw<View>(WHOLE);
  let at = $state.raw<Spot>({ x: 0, y: 0 });
  const pointers = new Map<number, Spot>();
  let moved = 0;

  const about = (by: number, x: number, y: number): void => {
    const { width, height } = size();
    view = zoomAt(view, by, x, y, width, height);
  };
  const shift = (dx: number, dy: number): void => {
    const { width, height } = size();
    view = clampView({ k: view.k, tx: view.tx + dx, ty: view.ty + dy }, width, height);
  };
  const zoom = (by: number): void => about(by, size().width / 2, size().height / 2);

  return {
    get view() {
      return view;
    },
    get at() {
      return at;
    },
    zoom,
    whole() {
      view = WHOLE;
    },
    centre(x, y) {
      const { width, height } = size();
      view = centreOn(x, y, view.k, width, height);
    },
    fit() {
      const { width, height } = size();
      view = clampView(view, width, height);
    },
    clicked: () => moved <= CLICK,
    down(event) {
      if (pointers.size === 0) moved = 0;
      pointers.set(event.pointerId, local(event));
    },
    move(event) {
      const now = local(event);
      at = now;
      const before = pointers.get(event.pointerId);
      if (!before) return;
      moved += Math.hypot(now.x - before.x, now.y - before.y);
      const map = event.currentTarget as Element;
      if (moved > CLICK && !map.hasPointerCapture(event.pointerId)) map.setPointerCapture(event.pointerId);
      if (pointers.size === 1) {
        shift(now.x - before.x, now.y - before.y);
      } else if (pointers.size === 2) {
        const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)?.[1] ?? now;
        const by = Math.hypot(now.x - other.x, now.y - other.y) / Math.max(1, Math.hypot(before.x - other.x, before.y - other.y));
        about(by, (now.x + other.x) / 2, (now.y + other.y) / 2);
      }
      pointers.set(event.pointerId, now);
    },
    up(event) {
      pointers.delete(event.pointerId);
    },
    wheel(event) {
      // Without a key the wheel scrolls the page, as everywhere else.
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const { x, y } = local(event);
      about(Math.exp(-event.deltaY * 0.002), x, y);
    },
    twice(event) {
      const { x, y } = local(event);
      about(2, x, y);
    },
    press(key) {
      const ways: Record<string, [number, number]> = { ArrowLeft: [WAY, 0], ArrowRight: [-WAY, 0], ArrowUp: [0, WAY], ArrowDown: [0, -WAY] };
      const way = ways[key];
      // The whole map leaves nowhere to go: the arrows then scroll the page.
      if (way && view.k > 1) shift(...way);
      else if (key === '+' || key === '=') zoom(STEP);
      else if (key === '-') zoom(1 / STEP);
      else if (key === '0') view = WHOLE;
      else return false;
      return true;
    },
  };
}

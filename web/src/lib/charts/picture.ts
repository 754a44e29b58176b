/** A chart as a picture: the SVG with its computed styles written into it, and the same drawn on a canvas as PNG. */

const SVG = 'http://www.w3.org/2000/svg';

/** Properties that are also presentation attributes, with the value that need not be written. */
const PROPERTIES: readonly (readonly [string, string])[] = [
  ['fill', ''],
  ['fill-opacity', '1'],
  ['fill-rule', 'nonzero'],
  ['stroke', 'none'],
  ['stroke-width', ''],
  ['stroke-opacity', '1'],
  ['stroke-dasharray', 'none'],
  ['stroke-linejoin', 'miter'],
  ['stroke-linecap', 'butt'],
  ['opacity', '1'],
  ['visibility', 'visible'],
  ['vector-effect', 'none'],
  ['paint-order', 'normal'],
];

const TEXT_PROPERTIES: readonly (readonly [string, string])[] = [
  ['font-family', ''],
  ['font-size', ''],
  ['font-weight', '400'],
  ['font-style', 'normal'],
  ['text-anchor', 'start'],
  ['dominant-baseline', 'auto'],
];

/** Attributes that mean nothing outside the page. */
const LEFT_OUT = /^(?:style|class|tabindex|role|focusable|on.*|aria-.*|data-.*)$/;

/** What stands around the chart in its picture. */
export interface PictureText {
  readonly title: string;
  readonly subtitle: string;
  readonly source: string;
}

/** A copy of an SVG element that looks the same without any stylesheet. */
function standAlone(element: Element): Element | null {
  const style = getComputedStyle(element);
  if (style.display === 'none' || element.getAttribute('data-picture') === 'no') return null;
  const copy = document.createElementNS(SVG, element.localName);
  for (const attribute of element.attributes) {
    if (!LEFT_OUT.test(attribute.name)) copy.setAttribute(attribute.name, attribute.value);
  }
  const text = element.localName === 'text' || element.localName === 'tspan';
  for (const [name, usual] of text ? [...PROPERTIES, ...TEXT_PROPERTIES] : PROPERTIES) {
    const value = style.getPropertyValue(name);
    if (value !== '' && value !== usual) copy.setAttribute(name, value);
    else copy.removeAttribute(name);
  }
  if (element instanceof SVGTextContentElement && element.localName === 'text') {
    // The page's letters are not in the picture: whatever letters stand in for them take the same room.
    const length = element.getComputedTextLength();
    if (length > 0) {
      copy.setAttribute('textLength', length.toFixed(1));
      copy.setAttribute('lengthAdjust', 'spacingAndGlyphs');
    }
  }
  for (const child of element.childNodes) {
    if (child.nodeType === Node.TEXT_NODE) copy.append(child.textContent ?? '');
    else if (child instanceof SVGElement && child.localName !== 'style') {
      const inner = standAlone(child);
      if (inner) copy.append(inner);
    }
  }
  return copy;
}

/** Cuts a text into lines of about `width` pixels at `size` pixels a letter's height. */
export function wrap(text: string, width: number, size: number): string[] {
  const most = Math.max(10, Math.floor(width / (size * 0.52)));
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line && line.length + 1 + word.length > most) {
      lines.push(line);
      line = word;
    } else line = line ? `${line} ${word}` : word;
  }
  if (line) lines.push(line);
  return lines;
}

function addLines(to: Element, lines: string[], y: number, size: number, fill: string, family: string, weight = '400'): void {
  lines.forEach((line, index) => {
    const text = document.createElementNS(SVG, 'text');
    text.setAttribute('x', '16');
    text.setAttribute('y', String(y + (index + 1) * size * 1.35));
    text.setAttribute('font-size', String(size));
    text.setAttribute('font-family', family);
    text.setAttribute('font-weight', weight);
    text.setAttribute('fill', fill);
    text.textContent = line;
    to.append(text);
  });
}

/** The picture: title above, chart, source below, on the page's own background. */
export function picture(charts: readonly SVGSVGElement[], words: PictureText): { svg: string; width: number; height: number } {
  const boxes = charts.map((chart) => chart.getBoundingClientRect());
  const inner = Math.max(320, ...boxes.map((box) => box.width));
  const width = Math.ceil(inner + 32);
  const page = getComputedStyle(document.documentElement);
  const family = page.fontFamily;
  const title = wrap(words.title, inner, 18);
  const subtitle = words.subtitle ? wrap(words.subtitle, inner, 12) : [];
  const source = words.source ? wrap(words.source, inner, 10) : [];
  const root = document.createElementNS(SVG, 'svg');
  const back = document.createElementNS(SVG, 'rect');
  root.append(back);
  addLines(root, title, 8, 18, page.color, family, '600');
  addLines(root, subtitle, 8 + title.length * 24.3, 12, page.color, family);
  let y = 8 + title.length * 24.3 + subtitle.length * 16.2 + 16;
  charts.forEach((chart, index) => {
    const box = boxes[index] as DOMRect;
    const copy = standAlone(chart);
    if (!copy) return;
    copy.setAttribute('x', '16');
    copy.setAttribute('y', String(y));
    copy.setAttribute('width', String(box.width));
    copy.setAttribute('height', String(box.height));
    root.append(copy);
    y += box.height + 8;
  });
  addLines(root, source, y, 10, page.color, family);
  const height = Math.ceil(y + source.length * 13.5 + 16);
  for (const [name, value] of Object.entries({ xmlns: SVG, width, height, viewBox: `0 0 ${width} ${height}` })) {
    if (name !== 'xmlns') root.setAttribute(name, String(value));
  }
  back.setAttribute('width', String(width));
  back.setAttribute('height', String(height));
  back.setAttribute('fill', page.backgroundColor);
  return { svg: new XMLSerializer().serializeToString(root), width, height };
}

/** Draws a picture on a canvas, at twice its size. */
export async function png(drawn: { svg: string; width: number; height: number }): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([drawn.svg], { type: 'image/svg+xml;charset=utf-8' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    const scale = 2;
    canvas.width = drawn.width * scale;
    canvas.height = drawn.height * scale;
    const pen = canvas.getContext('2d');
    if (!pen) throw new Error('no canvas');
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
    if (!blob) throw new Error('the picture could not be drawn');
    return blob;
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Offers a blob as a file. */
export function download(blob: Blob, name: string): void {
  const address = URL.createObjectURL(blob);
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

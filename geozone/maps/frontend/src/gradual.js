// A picture of very many features is drawn over several frames, so that the map stays awake. Until it is whole, the last
// whole one stands in its place, moved and scaled with the map.

const POINTS = 60_000; // drawn in one frame
const REST = 90; // milliseconds that a view must last before its picture is begun

/** @typedef {{ context: Context, key: string, view: View }} Held */

// A browser draws what a hidden canvas was told when the canvas is used.
const probe = /** @type {Context} */ (document.createElement('canvas').getContext('2d'));

/** @param {Context} context */
function carryOut(context) {
  probe.drawImage(context.canvas, 0, 0, 1, 1, 0, 0, 1, 1);
}

/** @param {View} view @param {Context | null} context @returns {Context} */
export function clearSheet(view, context) {
  const sheet = context ?? /** @type {Context} */ (document.createElement('canvas').getContext('2d'));
  sheet.canvas.width = Math.round(view.width);
  sheet.canvas.height = Math.round(view.height);
  return sheet;
}

export class GradualPicture {
  /** @param {(busy: boolean, whole: boolean) => void} told when drawing begins, and when a picture is whole or given up */
  constructor(told) {
    this.told = told;
    /** @type {Held | null} */
    this.whole = null;
    /** @type {Held | null} */
    this.begun = null;
    /** @type {Context | null} */
    this.spare = null;
    /** @type {Context | null} */
    this.sheet = null; // for what is drawn apart: no other picture draws on it meanwhile
  }

  // Draws the picture of a view if it is whole; else has it drawn and returns false.
  /**
   * @param {Context} context
   * @param {View} view
   * @param {(context: Context) => Generator<DrawnPart>} draw
   * @returns {boolean}
   */
  paint(context, view, draw) {
    const key = [view.scale, view.left, view.top, view.width, view.height].join(' ');
    if (this.whole?.key === key) {
      this.giveUp();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.whole.context.canvas, 0, 0);
      return true;
    }
    if (this.begun?.key !== key) {
      this.giveUp();
      this.#begin({ key, view, context: clearSheet(view, this.spare) }, draw, this.whole ? REST : 0);
    }
    return false;
  }

  // The last whole picture, moved and scaled.
  /** @param {Context} context @param {View} view */
  paintLast(context, view) {
    if (!this.whole) return;
    const { canvas } = this.whole.context;
    const last = this.whole.view;
    const scale = view.scale / last.scale;
    context.setTransform(scale, 0, 0, scale, view.left - last.left * scale, view.top - last.top * scale);
    context.drawImage(canvas, 0, 0);
  }

  giveUp() {
    if (!this.begun) return;
    this.spare = this.begun.context;
    this.begun = null;
    this.told(false, false);
  }

  /** @param {Held} held @param {(context: Context) => Generator<DrawnPart>} draw @param {number} rest */
  #begin(held, draw, rest) {
    this.begun = held;
    this.told(true, false);
    const parts = draw(held.context);
    const next = () => {
      if (this.begun !== held) return;
      let points = 0;
      /** @type {Context | null} */
      let drawnOn = null;
      while (points < POINTS) {
        const { done, value } = parts.next();
        if (done) {
          this.spare = this.whole?.context ?? null;
          this.whole = held;
          this.begun = null;
          this.told(false, true);
          return;
        }
        points += value.points;
        drawnOn = value.target;
      }
      if (drawnOn) carryOut(drawnOn);
      requestAnimationFrame(next);
    };
    setTimeout(() => requestAnimationFrame(next), rest);
  }
}

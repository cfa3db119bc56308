// What the worker does: it unpacks one tile after another, and gives the arrays away without copying them.

import { unpack } from './unpack.js';

const page = /** @type {Worker} */ (/** @type {unknown} */ (self));

page.onmessage = (/** @type {MessageEvent<{ number: number, task: UnpackTask }>} */ { data: { number, task } }) => {
  try {
    const content = unpack(...task);
    const given = Object.values(content).map((part) => part.buffer);
    page.postMessage({ number, content }, given);
  } catch (error) {
    page.postMessage({ number, error: String(error) });
  }
};

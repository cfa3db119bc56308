// Has tiles unpacked: by a worker made from a blob of the page itself, or on the page where the browser allows none.

import { unpack } from './unpack.js';

/** @type {Map<number, { task: UnpackTask, done: (content: UnpackedTile) => void, failed: (error: Error) => void }>} */
const asked = new Map();
let number = 0;
/** @type {Worker | null | undefined} */
let worker;

// On the page, for what a worker was asked and will not answer.
function unpackHere() {
  worker = null;
  for (const [own, { task, done, failed }] of asked) {
    asked.delete(own);
    try {
      done(unpack(...task));
    } catch (error) {
      failed(/** @type {Error} */ (error));
    }
  }
}

/** @returns {Worker | null} */
function openWorker() {
  try {
    const address = URL.createObjectURL(new Blob([WORKER_SOURCE], { type: 'text/javascript' }));
    const opened = new Worker(address);
    opened.onerror = unpackHere;
    opened.onmessage = ({ data }) => {
      const waiting = asked.get(data.number);
      asked.delete(data.number);
      if (data.error) waiting?.failed(new Error(data.error));
      else waiting?.done(data.content);
    };
    return opened;
  } catch {
    return null;
  }
}

/** @param {UnpackTask} task @returns {Promise<UnpackedTile>} */
export function unpacked(...task) {
  if (worker === undefined) worker = openWorker();
  return new Promise((done, failed) => {
    number += 1;
    asked.set(number, { task, done, failed });
    if (worker) worker.postMessage({ number, task });
    else unpackHere();
  });
}

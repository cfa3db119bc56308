// Layers follow the indicator that is chosen: the map shows what the number is made from.

// Names by which an indicator asks for a layer: its id, its role, its register, and the role that the run makes it of.
/** @param {Layer} layer @returns {string[]} */
function names(layer) {
  return [layer.id, layer.role, layer.register, layer.made_from].flatMap((name) => name || []);
}

/** @param {App} app */
export function followIndicator(app) {
  const asked = new Set(Object.values(app.indicators).flatMap(({ layers, registers }) => [...layers, ...registers]));
  app.on(['indicator'], () => {
    const chosen = app.indicators[app.state.indicator ?? ''];
    if (!chosen) return;
    const own = new Set([...chosen.layers, ...chosen.registers]);
    for (const layer of app.layers.values()) {
      // what no indicator asks for is ground, and stays
      if (names(layer).some((name) => asked.has(name))) layer.shown = names(layer).some((name) => own.has(name));
    }
    app.tell(['layers']);
  });
}

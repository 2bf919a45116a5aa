// Dash's side of the page's modules. Dash loads this as a classic script; messages are kept until the modules listen.
(() => {
  const waiting = [];
  let listener = null;
  const deliver = (message) => (listener ? listener(message) : waiting.push(message));

  window.twistscopeBridge = {
    listen(callback) {
      listener = callback;
      waiting.splice(0).forEach(deliver);
    },
  };

  // The id of a knob arrives as JSON text in front of the property.
  const control = (prop) => JSON.parse(prop.slice(0, prop.lastIndexOf(".")));

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.twistscope = {
    relay() {
      for (const { prop_id, value } of window.dash_clientside.callback_context.triggered) {
        deliver({ ...control(prop_id), value });
      }
    },
    built() {
      deliver({ type: "knobs-built" });
    },
  };
})();

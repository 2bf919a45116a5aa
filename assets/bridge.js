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

  // A pattern id arrives as JSON text in front of the property; a plain one as it is.
  const control = (prop) => {
    const id = prop.slice(0, prop.lastIndexOf("."));
    return id.startsWith("{") ? JSON.parse(id) : { type: id };
  };

  window.dash_clientside = window.dash_clientside || {};
  window.dash_clientside.twistscope = {
    relay() {
      for (const { prop_id, value } of window.dash_clientside.callback_context.triggered) {
        deliver({ ...control(prop_id), value });
      }
    },
    choices() {
      deliver({ type: "choices" });
    },
    built() {
      deliver({ type: "knobs-built" });
    },
  };
})();

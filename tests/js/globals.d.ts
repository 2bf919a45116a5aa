// Names that the page's other scripts put on the global object, for the type checker alone.
declare var twistscope: any;
declare var twistscopeBridge: { listen(heard: (message: any) => void): void };
declare var dash_clientside: any;
declare var Plotly: any;
declare var twistscopeLooks: { choices: Record<string, string[]>; now: any; choose(patch: object): void } | undefined;

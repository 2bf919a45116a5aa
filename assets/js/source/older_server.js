// Answers of a server of version 0.1, in the form of this one. To be deleted with the next minor version.

const SIZES = { particles: Array.from({ length: 13 }, (_, power) => 2 ** power), depth: [1, 2, 4, 8, 16, 24, 32, 48, 64] };

/** `GET /planners` with knobs and groups. */
export function upgradePlanners(answer) {
  if (answer.groups) return answer;
  const planners = answer.planners.map((planner) => ({ ...planner, settings: planner.settings.map((setting) => ({ ...setting, knob: knobOf(setting) })) }));
  return { first: "trt_smc", groups: ["budget", "trust region", "weights", "values", "resampling", "targets"], planners };
}

function knobOf(setting) {
  if (!["integer", "number"].includes(setting.type)) return undefined;
  const low = setting.knob_minimum ?? setting.minimum ?? setting.exclusive_minimum ?? 0;
  const maximum = setting.knob_maximum ?? setting.maximum ?? 100;
  const log = setting.scale === "log";
  const minimum = log && low <= 0 ? maximum / 1e6 : low;
  const sizes = (SIZES[setting.name] ?? SIZES.particles).filter((size) => size >= minimum && size <= maximum);
  const step = setting.type === "integer" ? 1 : log ? 0.01 : (maximum - minimum) / 1000;
  return { minimum, maximum, scale: setting.scale, ...(setting.kind === "shape" ? { sizes } : { step }) };
}

/** Metadata of a drawing with the names of the weight parts, and JSON in all that is not text. */
export function upgradeMetadata(metadata) {
  if (metadata.weight_parts) return metadata;
  const settings = JSON.parse(metadata.settings ?? "{}");
  return {
    ...metadata,
    playing: `${/^true$/i.test(metadata.playing ?? "")}`,
    weight_parts: JSON.stringify(metadata.kind === "tree" ? [] : ["log π − log q", "reward", "value difference"]),
    variance_objections: JSON.stringify(settings.resampling_scheme === "multinomial" ? [] : ["resampling is not multinomial"]),
  };
}

// The interface between a microscope and where its frames come from. A source yields frames and takes requests; it knows nothing of pictures.

/**
 * A microscope's side of a source.
 * @typedef {object} SourceHandlers
 * @property {(frame: import("../frame/frame.js").Frame) => void} frame a frame to show; each is acknowledged once, after it was painted or dropped
 * @property {(error: Error) => void} trouble a frame could not be read
 */

/**
 * Abilities of a source: `particles`, it answers `want` with the numbers of that particle; `commands`, its session plays, pauses and steps; `settings`,
 * it plans again with other settings; `detail`, it makes what a plan keeps only on request.
 * @typedef {"particles" | "commands" | "settings" | "detail"} Ability
 */

/**
 * A particle whose numbers are wanted; without `slot` the heaviest of the level, null for that of the last level.
 * @typedef {{level: number, slot?: number} | null} Wanted
 */

/**
 * @typedef {object} Source
 * @property {readonly Ability[]} can
 * @property {(handlers: SourceHandlers) => void} open begins to yield frames; called once
 * @property {(particle: Wanted, other?: Wanted) => void} want `other` is compared with the particle; null for none
 * @property {(name: string | null) => void} [project] the projection that positions are wanted in; null for the picture
 * @property {(frame: any, compile: boolean, signal: AbortSignal) => Promise<{ready: boolean, seconds: number | null}>} [detail] makes what the plan keeps
 *   only on request; without `compile` it is not ready where a program would have to be compiled
 * @property {(frame: any, particle: {level: number, slot: number}, signal: AbortSignal) => Promise<any>} [strip] the film strip of a particle, once that is made
 * @property {(trail: boolean) => void} [followTrail] true where frames are to have the decision as levels go by; a source without it yields what it has
 * @property {(frame: import("../frame/frame.js").Frame) => void} acknowledge
 * @property {() => void} close stops for good and gives back what it holds
 */

/**
 * A source that is planned live.
 * @typedef {Source & {command: (name: string, more?: object) => boolean, change: (settings: object) => boolean}} LiveSourceInterface
 */

export {};

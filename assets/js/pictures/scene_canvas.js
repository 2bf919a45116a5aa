// The picture of an environment on a canvas of its own: its scene, drawn again when its room, the screen's pixels or the colours change.

import { onPixelsChange, pixelRatio } from "../lib/pixel_ratio.js";
import { camera, drawScene } from "./scene.js";

const PADDING = 8;

export class ScenePicture {
  /** @param theme says what the colours are now */
  constructor(canvas, theme) {
    this.canvas = canvas;
    this.theme = theme;
    this.scene = null;
    onPixelsChange(canvas, () => this.paint());
  }

  show(scene) {
    this.scene = scene;
    this.paint();
  }

  paint() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!this.scene || !width || !height) return;
    const ratio = pixelRatio(this.canvas);
    Object.assign(this.canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    const context = this.canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    drawScene(context, this.scene, camera({ width, height }, this.scene.focus, PADDING), this.theme());
  }
}

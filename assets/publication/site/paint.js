// A canvas over the whole map that moves and zooms with it; what is drawn on it is given as functions.
"use strict";

(() => {
  const TILE = 256;
  const FINEST = 1.2; // pixels between two points of a path that are both worth drawing

  /** Leaflet's renderer with a drawing of our own. `painters`: functions of (context, view). */
  const PaintLayer = L.Renderer.extend({
    options: { padding: 0.25 },

    initialize(pane, painters) {
      L.Renderer.prototype.initialize.call(this, { pane });
      this.painters = painters;
    },

    getEvents() {
      const events = L.Renderer.prototype.getEvents.call(this);
      events.move = this._onMove;
      return events;
    },

    _initContainer() {
      this._container = app.element("canvas", { "aria-hidden": "true" });
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },

    // While the map is dragged the canvas moves along; it is drawn anew only where its edge would show.
    _onMove() {
      if (this._map._animatingZoom) return;
      const corner = this._map.containerPointToLayerPoint([0, 0]);
      if (!this._bounds.contains([corner, corner.add(this._map.getSize())])) this._update();
    },

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      if (canvas.width !== size.x * ratio || canvas.height !== size.y * ratio) {
        canvas.width = size.x * ratio;
        canvas.height = size.y * ratio;
        canvas.style.width = `${size.x}px`;
        canvas.style.height = `${size.y}px`;
      }
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      this.view = {
        scale: TILE * 2 ** this._map.getZoom(),
        left: origin.x,
        top: origin.y,
        width: size.x,
        height: size.y,
        zoom: this._map.getZoom(),
        ratio,
      };
      this.draw();
    },

    draw() {
      const { ratio, width, height } = this.view;
      this._context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this._context.clearRect(0, 0, width, height);
      for (const paint of this.painters) paint(this._context, this.view);
    },

    /** Draws once in the next frame, however often asked. */
    redraw() {
      if (this._asked || !this._map) return;
      this._asked = requestAnimationFrame(() => {
        this._asked = 0;
        if (this._map) this.draw();
      });
    },
  });

  app.paintLayer = (pane, ...painters) => new PaintLayer(pane, painters);

  app.screen = (view, point) => [point.x * view.scale - view.left, point.y * view.scale - view.top];

  /** Whether any of the box is in the view. */
  app.isInView = (view, box) =>
    box.right * view.scale >= view.left &&
    box.left * view.scale <= view.left + view.width &&
    box.bottom * view.scale >= view.top &&
    box.top * view.scale <= view.top + view.height;

  /** Pixels of the box's longer side. */
  app.sizeInView = (view, box) => Math.max(box.right - box.left, box.bottom - box.top) * view.scale;

  /** Adds a shape's rings to the context's path, leaving out points that fall on the last one drawn. */
  app.trace = (context, view, shape, closed = true) => {
    const { scale, left, top } = view;
    for (const ring of shape.rings) {
      let lastX = ring[0] * scale - left;
      let lastY = ring[1] * scale - top;
      context.moveTo(lastX, lastY);
      for (let i = 2; i < ring.length; i += 2) {
        const x = ring[i] * scale - left;
        const y = ring[i + 1] * scale - top;
        if (Math.abs(x - lastX) < FINEST && Math.abs(y - lastY) < FINEST) continue;
        context.lineTo(x, y);
        lastX = x;
        lastY = y;
      }
      if (closed) context.closePath();
    }
  };
})();

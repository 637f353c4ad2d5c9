// Encoded paths (see page_geometry.py) as rings of the web map's world square, where longitude and latitude are 0 to 1.
"use strict";

(() => {
  const STEPS_PER_DEGREE = 10000;

  const worldX = (longitude) => (longitude + 180) / 360;
  const worldY = (latitude) => 0.5 - Math.log(Math.tan(Math.PI / 4 + (latitude * Math.PI) / 360)) / (2 * Math.PI);

  const decodePath = (path) => {
    const ring = new Float64Array(path.length);
    let x = 0;
    let y = 0;
    for (let i = 0; i < path.length; i += 2) {
      x += path[i];
      y += path[i + 1];
      ring[i] = worldX(x / STEPS_PER_DEGREE);
      ring[i + 1] = worldY(y / STEPS_PER_DEGREE);
    }
    return ring;
  };

  const boxOf = (rings) => {
    const box = { left: 1, top: 1, right: 0, bottom: 0 };
    for (const ring of rings) {
      for (let i = 0; i < ring.length; i += 2) {
        box.left = Math.min(box.left, ring[i]);
        box.right = Math.max(box.right, ring[i]);
        box.top = Math.min(box.top, ring[i + 1]);
        box.bottom = Math.max(box.bottom, ring[i + 1]);
      }
    }
    return box;
  };

  /** `rings` and the box around them, of encoded paths; null of null. */
  app.shape = (paths) => {
    if (!paths) return null;
    const rings = paths.map(decodePath);
    return { rings, box: boxOf(rings) };
  };

  app.worldPoint = (latitude, longitude) => ({ x: worldX(longitude), y: worldY(latitude) });

  /** Latitudes and longitudes of a box, as Leaflet takes bounds. */
  app.boxBounds = (box) => {
    const latitude = (y) => (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
    return [
      [latitude(box.bottom), box.left * 360 - 180],
      [latitude(box.top), box.right * 360 - 180],
    ];
  };

  /** Whether the point of the world square is inside, by the even-odd rule. */
  app.isInside = (shape, point) => {
    const { box } = shape;
    if (point.x < box.left || point.x > box.right || point.y < box.top || point.y > box.bottom) return false;
    let inside = false;
    for (const ring of shape.rings) {
      for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) {
        const crosses = ring[i + 1] > point.y !== ring[j + 1] > point.y;
        if (!crosses) continue;
        const at = ((ring[j] - ring[i]) * (point.y - ring[i + 1])) / (ring[j + 1] - ring[i + 1]) + ring[i];
        if (point.x < at) inside = !inside;
      }
    }
    return inside;
  };

  /** Kilometres between two places given by latitude and longitude. */
  app.kilometres = (a, b) => {
    const radians = Math.PI / 180;
    const half = (angle) => Math.sin((angle * radians) / 2) ** 2;
    const across = Math.cos(a.latitude * radians) * Math.cos(b.latitude * radians);
    return 2 * 6371 * Math.asin(Math.sqrt(half(b.latitude - a.latitude) + across * half(b.longitude - a.longitude)));
  };
})();

// The data of an explorer, as `colorcore explorer` wrote it: unpacked, looked up and named.
"use strict";

const explorerScene = (() => {
  function unpack(text, Numbers) {
    return new Numbers(Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer);
  }

  function decode(data) {
    const clouds = {};
    for (const [name, packed] of Object.entries(data.variants)) {
      clouds[name] = {
        axes: packed.axes,
        coordinates: unpack(packed.coordinates, Int16Array),
        recon: unpack(packed.recon, Uint8Array),
        mse: unpack(packed.mse, Uint16Array),
      };
    }
    return { ...data, clouds };
  }

  const anchored = (axes) => axes.find((name) => name.startsWith("z"));

  // The axes across, up and near. Up is the anchored axis, which comes first where there is one; a
  // model without it shows another of its own.
  function shownAxes({ axes }, { first, second }) {
    return [first, axes.find((name) => name !== first && name !== second), second];
  }

  function arrange(scene, view) {
    const cloud = scene.clouds[view.variant];
    const width = cloud.axes.length;
    const columns = shownAxes(cloud, view).map((name) => cloud.axes.indexOf(name));
    return scene.colors.map((_, point) => {
      const start = (view.moment * scene.colors.length + point) * width;
      return columns.map((column) => cloud.coordinates[start + column] / scene.scales.coordinates);
    });
  }

  function reproduction(scene, view, point) {
    const cloud = scene.clouds[view.variant];
    const index = view.moment * scene.colors.length + point;
    return {
      rgb: [...cloud.recon.subarray(3 * index, 3 * index + 3)],
      error: cloud.mse[index] / scene.scales.mse,
    };
  }

  const hexToRgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  const css = (rgb) => `rgb(${rgb.join(", ")})`;
  const subscript = (axis) => axis[0] + String.fromCharCode(0x2080 + Number(axis.slice(1)));
  const momentName = (scene, moment) =>
    moment === scene.steps.length - 1 ? "after training" : `step ${scene.steps[moment]}`;

  const colorName = (scene, point) => scene.names[point] ?? scene.colors[point];

  return {
    decode, anchored, shownAxes, arrange, reproduction,
    hexToRgb, css, subscript, momentName, colorName,
  };
})();

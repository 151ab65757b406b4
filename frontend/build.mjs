// Builds the front end into src/lianglin/kit/static/dist (git-ignored). Plain names: Django's manifest storage
// adds the hashes. `node build.mjs --watch` rebuilds on change.
import { copyFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const kit = join(here, "../src/lianglin/kit/static");
const dist = join(kit, "dist");
const forTests = join(here, "dist-test");
const modules = join(here, "node_modules");

const shared = {
  bundle: true,
  minify: true,
  legalComments: "external",
  logLevel: "warning",
  // Browsers of 2020 on: what public offices and older phones run.
  target: ["chrome87", "firefox88", "safari14.1"],
};

const scripts = {
  ...shared,
  entryPoints: ["resident", "desk", "map", "draw", "chart", "passkey"].map((name) => join(here, "src", `${name}.js`)),
  format: "iife",
  outdir: dist,
};

const styles = {
  ...shared,
  entryPoints: [
    { in: join(kit, "kit/entry-resident.css"), out: "resident" },
    { in: join(kit, "kit/entry-desk.css"), out: "desk" },
    { in: join(here, "src/map.css"), out: "map" },
  ],
  external: ["*.svg"], // stays a relative address; the manifest storage rewrites it
  outdir: dist,
};

const watching = process.argv.includes("--watch");
if (!watching) await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await mkdir(forTests, { recursive: true });
// The worker is a file of its own (CSP: worker-src 'self'). Its source map is not shipped, so neither is its address.
const worker = await readFile(join(modules, "maplibre-gl/dist/maplibre-gl-csp-worker.js"), "utf8");
await writeFile(join(dist, "map-worker.js"), worker.replace(/\/\/# sourceMappingURL=.*\s*$/, ""));
await copyFile(join(modules, "axe-core/axe.min.js"), join(forTests, "axe.min.js"));

if (watching) {
  for (const options of [scripts, styles]) await (await esbuild.context(options)).watch();
} else {
  await Promise.all([esbuild.build(scripts), esbuild.build(styles)]);
}

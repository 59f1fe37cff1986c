// Part of the build, run by Bun: bundle-renderer.js ENTRY FOLDER VERSION writes what the renderer is made of into the folder,
// a module for each set of calls that need it.
const [entry, outdir, version] = process.argv.slice(2);

// nunjucks' loaders and environments emit events. None of them is used here, but their classes are made all the same.
const noEvents = {
  name: 'no events',
  setup(build) {
    build.onResolve({ filter: /^events$/ }, () => ({ path: 'events', namespace: 'nothing' }));
    build.onLoad({ filter: /^events$/, namespace: 'nothing' }, () => ({
      contents: 'module.exports = class {};',
      loader: 'js',
    }));
  },
};

// What else only Node has is an error of the build: it is not there.
const onlyNode = {
  name: 'nothing of Node',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, importer }) => {
      throw new Error(`${importer} imports ${path}, which the engine does not have`);
    });
  },
};

const { success, logs } = await Bun.build({
  entrypoints: [entry],
  outdir,
  splitting: true,
  target: 'browser',
  minify: true,
  define: { BUILD_VERSION: JSON.stringify(version), BUILD_RENDERER: 'true' },
  plugins: [noEvents, onlyNode],
  throw: false,
});
for (const log of logs) console.error(String(log));
process.exit(success ? 0 : 1);

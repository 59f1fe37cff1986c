/** Given by the build from package.json. */
declare const BUILD_VERSION: string;

export const VERSION: string = BUILD_VERSION;

import type { Precompiled } from '../../jinja/index.ts';

/** The templates of this program's own (templates/), compiled: written by write-templates.ts before the build. */
export declare const templates: Precompiled;

/** Another one for every change of the compiler, or of what compiled templates call. */
export declare const compilerId: string;

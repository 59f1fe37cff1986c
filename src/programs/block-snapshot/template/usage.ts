export const COMMIT_USAGE = 'block-snapshot commit TEMPLATE [--json]';
export const REVERT_USAGE =
  'block-snapshot revert TEMPLATE [--revision N|--abandon] [--force] [--yes] [--json]';
export const REVISIONS_USAGE = 'block-snapshot revisions TEMPLATE [--json]';
export const TRIM_USAGE = 'block-snapshot trim TEMPLATE [--json]';

/** What each help ends with. */
export const TEMPLATE_HELP =
  'TEMPLATE is a folder with root.img in it, or the path of an image, X.img. Its cow is X-cow.img.';

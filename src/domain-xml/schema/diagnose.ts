import type { XmlElement } from '../xml/parse.ts';
import { printElement, printStartTag } from '../xml/print.ts';
import type { Validate } from './validate.ts';
import { valueVariants } from './value-variants.ts';

/** What the schema refuses: the element at fault, and why in one line. */
export interface Finding {
  element: XmlElement;
  message: string;
}

/**
 * Says what in a refused document is at fault. A RELAX NG validator says little more than that nothing fits; but
 * any document can be asked about: each part is put alone into the smallest domain there is, and those that are
 * refused are taken apart until what is at fault is small.
 */
export async function diagnose(root: XmlElement, validate: Validate): Promise<Finding[]> {
  const parts = partsOf(root);
  const [smallest, ...verdicts] = await validate([
    print(smallestDomain(root)),
    ...parts.map(({ element, wrap }) => print(wrap(element))),
  ]);
  if (smallest !== true) return [{ element: root, message: await wrongRoot(root, validate) }];
  const findings: Finding[] = [];
  for (const [index, part] of parts.entries()) {
    if (verdicts[index] === false) findings.push(await takeApart(part, validate));
  }
  return findings.length > 0 ? findings : [await wrongTogether(root, parts, validate)];
}

/** What is at fault with the domain's own tag. */
async function wrongRoot(root: XmlElement, validate: Validate): Promise<string> {
  if (!root.attributes.has('type')) {
    const typed = { ...root, attributes: new Map([...root.attributes, ['type', 'xen']]) };
    const [valid] = await validate([print(smallestDomain(typed))]);
    if (valid) return `${printStartTag(root)} lacks the attribute type: for a VM of Xen it is type="xen"`;
  }
  return `${printStartTag(root)} is no domain that libvirt knows`;
}

/** Parts that are valid each by itself: one is there twice, or one is missing. */
async function wrongTogether(root: XmlElement, parts: readonly Part[], validate: Validate): Promise<Finding> {
  const verdicts = await validate(parts.map(({ element }) => print(without(root, element))));
  const surplus = parts[verdicts.lastIndexOf(true)];
  if (surplus === undefined)
    return { element: root, message: `something is missing in ${printStartTag(root)}` };
  const { element, parent } = surplus;
  return { element, message: `${printStartTag(element)} is one too many in <${parent.name}>` };
}

function without(root: XmlElement, element: XmlElement): XmlElement {
  const children = root.children.filter(child => child !== element);
  return { ...root, children: children.map(child => without(child, element)) };
}

/** An element, and the whole document with a variant of it in it. */
interface Part {
  element: XmlElement;
  wrap: (variant: XmlElement) => XmlElement;
  parent: XmlElement;
}

function partsOf(root: XmlElement): Part[] {
  const parts: Part[] = [];
  for (const child of root.children) {
    if (child.name !== 'devices') {
      parts.push({ element: child, parent: root, wrap: variant => smallestDomain(root, variant) });
      continue;
    }
    for (const device of child.children) {
      const wrap = (variant: XmlElement) => smallestDomain(root, { ...child, children: [variant] });
      parts.push({ element: device, parent: child, wrap });
    }
  }
  return parts;
}

/**
 * Finds what in a refused element is at fault: a child or an attribute without which it is valid, and what in that
 * child. `removable` says that the element is such a child itself.
 */
async function takeApart(part: Part, validate: Validate, removable = false): Promise<Finding> {
  const { element, wrap } = part;
  const withoutChild = element.children.map(child => ({
    ...element,
    children: element.children.filter(other => other !== child),
  }));
  const attributes = [...element.attributes.keys()];
  const withoutAttribute = attributes.map(name => ({
    ...element,
    attributes: new Map([...element.attributes].filter(([other]) => other !== name)),
  }));
  const verdicts = await validate(
    [...withoutChild, ...withoutAttribute].map(variant => print(wrap(variant))),
  );
  const culprit = verdicts.indexOf(true);
  const child = element.children[culprit];
  if (child !== undefined) return takeApart(insideOf(part, child), validate, true);
  const attribute = attributes[culprit - element.children.length];
  if (attribute !== undefined) return { element, message: wrongAttribute(element, attribute) };
  return (
    (await wrongValue(part, validate)) ?? { element, message: removable ? notHere(part) : incomplete(part) }
  );
}

/** What must be there, but with another value. */
async function wrongValue({ element, wrap }: Part, validate: Validate): Promise<Finding | undefined> {
  const variants = valueVariants(element);
  const verdicts = await validate(variants.map(({ variant }) => print(wrap(variant))));
  const found = variants[verdicts.indexOf(true)];
  if (found === undefined) return undefined;
  const message =
    found.attribute === undefined
      ? `<${found.element.name}> may not hold ${JSON.stringify(found.element.text)}`
      : wrongAttribute(found.element, found.attribute);
  return { element: found.element, message };
}

function insideOf(part: Part, child: XmlElement): Part {
  const wrap = (variant: XmlElement) =>
    part.wrap({
      ...part.element,
      children: part.element.children.map(other => (other === child ? variant : other)),
    });
  return { element: child, parent: part.element, wrap };
}

function wrongAttribute(element: XmlElement, attribute: string): string {
  return `<${element.name}> may not have ${attribute}=${JSON.stringify(element.attributes.get(attribute))}`;
}

function notHere({ element, parent }: Part): string {
  return `${printElement({ ...element, children: [] })[0] ?? ''} is not allowed in <${parent.name}>`;
}

function incomplete({ element }: Part): string {
  return `${printStartTag(element)} is not what libvirt expects: something in it is missing or wrong`;
}

/** The smallest valid domain with the attributes of that root, and that child in the place of its own. */
function smallestDomain(root: XmlElement, child?: XmlElement): XmlElement {
  const bare = (name: string, text: string, children: XmlElement[] = []): XmlElement => ({
    ...root,
    name,
    text,
    children,
    attributes: new Map(),
  });
  const needed = [bare('name', 'x'), bare('memory', '1024'), bare('os', '', [bare('type', 'hvm')])];
  const children = needed.filter(({ name }) => name !== child?.name);
  return { ...root, text: '', children: child === undefined ? children : [...children, child] };
}

function print(element: XmlElement): string {
  return `${printElement(element).join('\n')}\n`;
}

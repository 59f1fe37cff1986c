/** A call of qubesd: a method, its argument, and the VM that it is about ("dom0" for all of them). */
export interface AdminCall {
  method: string;
  argument?: string;
  destination: string;
}

/** A call as messages name it. */
export function callText(call: AdminCall): string {
  const { destination } = call;
  return `${callName(call)} of ${destination === 'dom0' ? destination : `VM ${destination}`}`;
}

/** The method and its argument. */
export function callName({ method, argument }: AdminCall): string {
  return argument === undefined ? method : `${method}+${argument}`;
}

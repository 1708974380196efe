// htmx looks itself up on window when attributes are read after a swap.
import htmx from 'htmx.org';

window.htmx = htmx;

// A request that a later one replaced is no error, and the end of one is told by the event after it:
// htmx would write both to the browser's console as errors.
const QUIET = ['htmx:sendAbort', 'htmx:afterRequest'];

htmx.logger = (elt, name, detail) => {
  if (QUIET.includes(name)) delete detail.error;
};

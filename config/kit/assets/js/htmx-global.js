// htmx looks itself up on window when attributes are read after a swap.
import htmx from 'htmx.org';

window.htmx = htmx;

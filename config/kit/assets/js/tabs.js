// <x-tabs>: links to parts of the same page become tabs; without a script the parts stand below each other and the links jump.
class Tabs extends HTMLElement {
  connectedCallback() {
    this.list = this.querySelector('nav, [data-tabs]');
    this.tabs = [...this.list.querySelectorAll('a[href^="#"]')];
    this.list.setAttribute('role', 'tablist');
    this.tabs.forEach((tab) => {
      const panel = this.panel(tab);
      tab.setAttribute('role', 'tab');
      tab.setAttribute('aria-controls', panel.id);
      tab.id ||= `${panel.id}-tab`;
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', tab.id);
      panel.tabIndex = 0;
    });
    this.choose(this.tabs.find((tab) => tab.hash === location.hash) ?? this.tabs[0]);
    this.list.onclick = (event) => {
      const tab = event.target.closest('[role=tab]');
      if (!tab) return;
      event.preventDefault();
      history.replaceState(history.state, '', tab.hash);
      this.choose(tab);
    };
    this.list.onkeydown = (event) => this.key(event);
  }

  panel(tab) {
    return document.getElementById(tab.hash.slice(1));
  }

  choose(chosen) {
    this.tabs.forEach((tab) => {
      tab.setAttribute('aria-selected', String(tab === chosen));
      tab.tabIndex = tab === chosen ? 0 : -1;
      this.panel(tab).hidden = tab !== chosen;
    });
  }

  key(event) {
    const at = this.tabs.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: this.tabs.length - 1 }[event.key];
    if (event.key === ' ') document.activeElement.click();
    if (to === undefined && event.key !== ' ') return;
    event.preventDefault();
    if (to === undefined) return;
    const tab = this.tabs[(to + this.tabs.length) % this.tabs.length];
    tab.focus();
    tab.click();
  }
}

customElements.define('x-tabs', Tabs);

/* Shows what the reader can do where the page cannot run. Written for browsers of any age: no syntax after ES5. */
(function () {
  'use strict';

  function able() {
    return (
      typeof window.BigInt === 'function' &&
      typeof window.Path2D === 'function' &&
      typeof Element.prototype.replaceChildren === 'function' &&
      typeof [].flatMap === 'function' &&
      window.CSS &&
      typeof CSS.supports === 'function' &&
      CSS.supports('inset', '0') &&
      CSS.supports('display', 'grid')
    );
  }

  function ready() {
    var page = document.getElementById('page');
    return page !== null && page.getAttribute('data-ready') === 'true';
  }

  function tell() {
    var message = document.getElementById('unsupported');
    if (message !== null && !ready()) message.removeAttribute('hidden');
  }

  if (!able()) tell();
  window.onerror = tell; // a script that does not even parse ends here too
})();

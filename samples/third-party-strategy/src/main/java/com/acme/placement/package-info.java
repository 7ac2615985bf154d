/** A placement strategy of Acme's, outside the Stagger project. */
package com.acme.placement;

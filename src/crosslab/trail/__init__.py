"""The trail of a study: what an auditor follows, as a page, a crate and a bundle."""

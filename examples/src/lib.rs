//! The programs beside this file, in the package's folder: see each one's first lines.

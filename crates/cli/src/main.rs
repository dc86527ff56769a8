//! `hh-analyze`: command line program of the Hedgehog support-bundle analyzer.
fn main() {}

//! Writes the example bundles and their README: `cargo run -p hh-suite --bin make-bundles`.

use std::fs;

use hh_suite::catalogue::EXAMPLES;
use hh_suite::load::bundles_dir;
use hh_suite::readme;

fn main() {
    let root = bundles_dir();
    for example in EXAMPLES {
        let top = root.join(example.file);
        if top.is_dir() {
            fs::remove_dir_all(&top).expect("the old directory");
        }
        for (path, bytes) in example.made() {
            let target = root.join(path);
            fs::create_dir_all(target.parent().expect("a parent")).expect("a directory");
            fs::write(target, bytes).expect("a file");
        }
    }
    fs::write(root.join("README.md"), readme::text()).expect("the README");
}

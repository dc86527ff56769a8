//! The whole report of every example bundle, as a user reads it and as a program does.

use hh_analyzer::{Options, render};
use hh_suite::expect;
use hh_suite::load::{bundles_dir, input_of_path, run};

#[test]
fn reports_of_all_bundles() {
    let root = bundles_dir();
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (_, expectation) in expect::all(&root) {
            for bundle in &expectation.bundles {
                let analysis = run(input_of_path(&root.join(bundle)), &Options::default());
                let options = render::terminal::Options { width: 100, color: false, verbose: false, timeline: false };
                let text = render::terminal::render(&analysis.report, &analysis.sources, options);
                insta::assert_snapshot!(format!("{bundle}.txt"), text);
                insta::assert_snapshot!(format!("{bundle}.json"), render::json(&analysis.report));
            }
        }
    });
}

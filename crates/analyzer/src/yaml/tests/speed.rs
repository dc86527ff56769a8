//! A measurement, not a test: `cargo test --release -p hh-analyzer yaml::tests::speed -- --ignored --nocapture`.

use std::hint::black_box;

use super::super::{documents, parse};
use super::agreement::examples;
use super::{complete, quick};
use crate::source::{EntryId, Span};

/// Megabytes per second of `work` on a text of `bytes` bytes; the best of five runs.
#[expect(clippy::disallowed_methods, reason = "measures")]
fn speed(bytes: usize, work: impl Fn()) -> f64 {
    let run = |_| {
        let start = std::time::Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let best = (0..5).map(run).fold(f64::INFINITY, f64::min);
    #[expect(clippy::cast_precision_loss, reason = "sizes are small")]
    let megabytes = bytes as f64 / 1e6;
    megabytes / best
}

#[test]
#[ignore = "measures"]
fn readers() {
    let dumps: Vec<String> = examples()
        .into_iter()
        .filter(|(path, _)| path.extension().is_some_and(|end| end == "hhs"))
        .map(|(_, text)| text)
        .collect();
    let mut objects: Vec<String> = Vec::new();
    for dump in &dumps {
        let (tree, _) = quick(dump).unwrap();
        let resources = tree.root().unwrap().str("resources").unwrap();
        objects.extend(documents(resources).iter().map(|span| span.slice(resources).to_owned()));
    }
    let bytes = objects.iter().map(String::len).sum();
    println!("{} objects, {bytes} bytes", objects.len());
    let all = |work: &dyn Fn(&str)| speed(bytes, || objects.iter().for_each(|text| work(text)));
    println!(
        "parse      {:7.0} MB/s",
        all(&|text| {
            black_box(parse(EntryId(0), text, Span::new(0, text.len())));
        })
    );
    println!(
        "fast       {:7.0} MB/s",
        all(&|text| {
            black_box(quick(text));
        })
    );
    println!(
        "complete   {:7.0} MB/s",
        all(&|text| {
            black_box(complete(text));
        })
    );
    println!(
        "serde_yaml {:7.0} MB/s",
        all(&|text| {
            black_box(serde_yaml::from_str::<serde_yaml::Value>(text).ok());
        })
    );
    let json: Vec<String> = objects
        .iter()
        .map(|text| serde_json::to_string(&serde_yaml::from_str::<serde_yaml::Value>(text).unwrap()).unwrap())
        .collect();
    let json_bytes = json.iter().map(String::len).sum();
    let as_json = speed(json_bytes, || {
        json.iter().for_each(|text| {
            black_box(serde_json::from_str::<serde_json::Value>(text).ok());
        });
    });
    println!("serde_json {as_json:7.0} MB/s of {json_bytes} bytes of JSON");

    let joined = objects.join("---\n");
    println!(
        "documents  {:7.0} MB/s",
        speed(joined.len(), || {
            black_box(documents(&joined));
        })
    );
    // Dumps of many megabytes: one long literal block and one long folded string.
    let block: String = joined.lines().map(|line| format!("  {line}\n")).collect();
    let literal = format!("name: x\nresources: |\n{}version: 1\n", block.repeat(40));
    println!(
        "literal    {:7.0} MB/s of {}",
        speed(literal.len(), || {
            black_box(parse(EntryId(0), &literal, Span::new(0, literal.len())));
        }),
        literal.len()
    );
    let line =
        "    2026-10-06T09:41:17Z some words of a log line, \\e[32mcoloured\\e[0m and folded\\n\n    \\  at here\n";
    let quoted = format!("a:\n  b: \"x\n{}    \"\nc: d\n", line.repeat(800_000));
    println!(
        "quoted     {:7.0} MB/s of {}",
        speed(quoted.len(), || {
            black_box(parse(EntryId(0), &quoted, Span::new(0, quoted.len())));
        }),
        quoted.len()
    );
    let dump = &dumps[0];
    println!(
        "a dump     {:7.0} MB/s",
        speed(dump.len(), || {
            black_box(quick(dump));
        })
    );
}

//! Damaged bundles: no panic, no hang, whatever is cut, flipped, doubled or reordered.
//!
//! `HH_MUTATIONS` sets how many (10 000 in an optimised build, 400 else), `HH_SEED` the seed. `HH_FOREIGN`
//! may name a directory of other people's data, on which nothing above `info` may be said. With `HH_KEEP` the
//! first damaged bundle is written to that path, to look at it.

use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use hh_analyzer::ingest::Input;
use hh_analyzer::{Analysis, Options, render};
use hh_suite::load::{bundles_dir, input_of_bytes, input_of_files, input_of_path, read_directory, run};
use hh_suite::mutate::{self, Random};
use hh_suite::{Files, expect, pack};

const SEED: u64 = 20_261_006;
/// A run that takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

fn number(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

enum Bundle {
    One(String, Vec<u8>),
    Many(String, Files),
}

fn bundles() -> Vec<Bundle> {
    let root = bundles_dir();
    let mut names: Vec<String> = expect::all(&root).into_iter().flat_map(|(_, e)| e.bundles).collect();
    names.sort();
    names
        .into_iter()
        .flat_map(|name| {
            let path = root.join(&name);
            let whole = if path.is_dir() {
                Bundle::Many(name.clone(), read_directory(&path))
            } else {
                Bundle::One(name.clone(), std::fs::read(&path).unwrap())
            };
            // Damage inside archives needs the files that are in them.
            let inside = (name.ends_with(".zip") || name.contains(".tar"))
                .then(|| Bundle::Many(name, hh_suite::load::files_of(&path)));
            std::iter::once(whole).chain(inside)
        })
        .collect()
}

/// The damaged bundle number `index`.
fn damaged(bundles: &[Bundle], seed: u64) -> Input {
    let mut random = Random::new(seed);
    let bundle = loop {
        let bundle = &bundles[random.below(bundles.len())];
        // Whole captures take ten times as long as the small ones: they come up less often.
        let large = matches!(bundle, Bundle::One(name, bytes) if name.ends_with(".hhs") && bytes.len() > 300_000);
        if !large || random.below(4) == 0 {
            break bundle;
        }
    };
    match bundle {
        Bundle::One(name, bytes) => {
            let mut bytes = bytes.clone();
            mutate::bytes(&mut random, &mut bytes);
            input_of_bytes(name, bytes)
        }
        Bundle::Many(name, files) => {
            let mut files = files.clone();
            mutate::entries(&mut random, &mut files);
            match random.below(4) {
                0 => {
                    let mut packed = pack::tar(&files);
                    if random.below(2) == 0 {
                        mutate::bytes(&mut random, &mut packed);
                    }
                    input_of_bytes("damaged.tar", packed)
                }
                1 => {
                    let mut packed = pack::zip(&files);
                    if random.below(2) == 0 {
                        mutate::bytes(&mut random, &mut packed);
                    }
                    input_of_bytes("damaged.zip", packed)
                }
                _ => input_of_files(name, files),
            }
        }
    }
}

/// Everything that a user sees of an analysis, and that no rule failed.
fn look_at(analysis: &Analysis) {
    for run in analysis.runs.iter().flatten() {
        assert!(!run.failed, "rule {} failed", run.meta.id);
    }
    let options = render::terminal::Options { width: 100, color: false, verbose: true, timeline: true };
    let text = render::terminal::render(&analysis.report, &analysis.sources, options);
    assert!(!text.contains('\u{1b}'), "an escape sequence got through");
    let _ = render::json(&analysis.report);
}

/// Writes a damaged bundle to disk.
fn keep(input: Input, path: &Path) {
    use hh_analyzer::ingest::{Content, InputKind};
    match input.kind {
        InputKind::File(bytes, _) | InputKind::Stdin(bytes) => std::fs::write(path, bytes).unwrap(),
        InputKind::Directory(entries) => {
            for entry in entries {
                let target = path.join(&entry.path);
                std::fs::create_dir_all(target.parent().unwrap()).unwrap();
                if let Content::File(bytes) = entry.content {
                    std::fs::write(target, bytes).unwrap();
                }
            }
        }
    }
}

#[test]
fn damaged_bundles_are_read_without_panic_or_hang() {
    let count = number("HH_MUTATIONS", if cfg!(debug_assertions) { 400 } else { 10_000 });
    let seed = number("HH_SEED", SEED);
    let bundles = bundles();
    if let Some(path) = std::env::var_os("HH_KEEP") {
        keep(damaged(&bundles, seed), Path::new(&path));
    }
    let next = AtomicU64::new(0);
    let slowest = Mutex::new((Duration::ZERO, 0));
    let failures = Mutex::new(Vec::<String>::new());
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let running: Vec<Mutex<Option<(u64, Instant)>>> = (0..threads).map(|_| Mutex::new(None)).collect();
    let started = Instant::now();
    // A panic of the analyzer is reported with its seed below; its own message would only fill the log.
    std::panic::set_hook(Box::new(|_| {}));
    std::thread::scope(|scope| {
        for slot in &running {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        break;
                    }
                    let begin = Instant::now();
                    *slot.lock().unwrap() = Some((index, begin));
                    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                        look_at(&run(damaged(&bundles, seed.wrapping_add(index)), &Options::default()));
                    }));
                    *slot.lock().unwrap() = None;
                    if let Err(panic) = result {
                        let text = panic
                            .downcast_ref::<String>()
                            .cloned()
                            .or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
                            .unwrap_or_default();
                        failures.lock().unwrap().push(format!("HH_SEED={} : {text}", seed.wrapping_add(index)));
                    }
                    let mut slowest = slowest.lock().unwrap();
                    if begin.elapsed() > slowest.0 {
                        *slowest = (begin.elapsed(), seed.wrapping_add(index));
                    }
                }
            });
        }
        while next.load(Ordering::Relaxed) < count + threads as u64 {
            std::thread::sleep(Duration::from_millis(200));
            for slot in &running {
                if let Some((index, begin)) = *slot.lock().unwrap()
                    && begin.elapsed() > PATIENCE
                {
                    // The thread cannot be stopped; the process can.
                    println!("hang: HH_SEED={} HH_MUTATIONS=1", seed.wrapping_add(index));
                    std::process::abort();
                }
            }
        }
    });
    let _ = std::panic::take_hook();
    let (longest, at) = *slowest.lock().unwrap();
    println!("{count} damaged bundles, seed {seed}, {:.1?}; slowest {longest:.1?} (HH_SEED={at})", started.elapsed());
    let failures = failures.into_inner().unwrap();
    assert!(failures.is_empty(), "{} of {count} failed:\n{}", failures.len(), failures.join("\n"));
}

/// Findings above `info`.
fn loud(analysis: &Analysis) -> Vec<String> {
    analysis.report.findings.iter().filter(|finding| finding.severity != "info").map(expect::line_of).collect()
}

#[test]
fn nothing_is_said_of_other_peoples_data() {
    let Some(root) = std::env::var_os("HH_FOREIGN").map(PathBuf::from) else {
        println!("HH_FOREIGN is not set: no foreign data");
        return;
    };
    let mut failures = Vec::new();
    let mut inputs = 0;
    let mut check = |path: &Path| {
        inputs += 1;
        let analysis = run(input_of_path(path), &Options::default());
        look_at(&analysis);
        let loud = loud(&analysis);
        if !loud.is_empty() {
            failures.push(format!("{}: {loud:#?}", path.display()));
        }
    };
    check(&root);
    for entry in std::fs::read_dir(&root).unwrap() {
        check(&entry.unwrap().path());
    }
    for file in read_directory(&root).keys() {
        check(&root.join(file));
    }
    println!("{inputs} foreign inputs");
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

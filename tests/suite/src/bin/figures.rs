//! `figures`: how often the diagnosis is right, over worlds drawn by seed.

use std::path::PathBuf;
use std::process::ExitCode;

use hh_suite::figures::{Case, diagnose, measure};

const HELP: &str = "\
Draws worlds by seed, diagnoses each and prints how often the diagnosis is right.

Usage: figures [--seed N] [--count M] [--misses K] [--faults]
       figures --seed N --only INDEX [--write PATH]

  --seed N      seed of the worlds (1)
  --count M     number of worlds (200): about half with one fault, the rest with two faults, harmless
                pictures, a data source missing, or cut at a random byte; 4 to 64 switches, releases
                25.05 to 26.03, as a dump or as kubectl output
  --misses K    list at most K misses (50), each with the number to replay it
  --faults      also print each fault with how often it alone was diagnosed right
  --only INDEX  one world of the seed: what is in it and what is not right in its report
  --write PATH  with --only: write its bundle, a dump as a file, other forms as a directory
";

struct Arguments {
    seed: u64,
    count: u64,
    misses: usize,
    faults: bool,
    only: Option<u64>,
    write: Option<PathBuf>,
}

fn arguments() -> Result<Option<Arguments>, String> {
    let mut parsed = Arguments { seed: 1, count: 200, misses: 50, faults: false, only: None, write: None };
    let mut given = std::env::args().skip(1);
    while let Some(option) = given.next() {
        let mut number = || {
            let value = given.next().ok_or_else(|| format!("{option} needs a number"))?;
            value.parse::<u64>().map_err(|_| format!("{option}: {value} is not a number"))
        };
        match option.as_str() {
            "--seed" => parsed.seed = number()?,
            "--count" => parsed.count = number()?,
            "--misses" => parsed.misses = usize::try_from(number()?).unwrap_or(usize::MAX),
            "--only" => parsed.only = Some(number()?),
            "--faults" => parsed.faults = true,
            "--write" => parsed.write = Some(given.next().ok_or("--write needs a path")?.into()),
            "--help" | "-h" => return Ok(None),
            other => return Err(format!("unknown option {other}\n\n{HELP}")),
        }
    }
    Ok(Some(parsed))
}

fn main() -> ExitCode {
    let arguments = match arguments() {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(message) => {
            eprintln!("{message}");
            return ExitCode::FAILURE;
        }
    };
    if let Some(index) = arguments.only {
        return only(&arguments, index);
    }
    let figures = measure(arguments.seed, &(0..arguments.count).collect::<Vec<_>>());
    println!("seed {}, {} worlds\n\n{figures}", arguments.seed, arguments.count);
    if arguments.faults {
        for (fault, (right, all)) in &figures.faults {
            println!("{right:>5} of {all:<5} {fault}");
        }
        println!();
    }
    for miss in figures.misses.iter().take(arguments.misses) {
        println!("{}", miss.case);
        for complaint in &miss.complaints {
            println!("    {complaint}");
        }
    }
    if figures.misses.len() > arguments.misses {
        println!("… and {} more misses", figures.misses.len() - arguments.misses);
    }
    ExitCode::SUCCESS
}

fn only(arguments: &Arguments, index: u64) -> ExitCode {
    let case = Case::draw(arguments.seed, index);
    println!("{case}");
    for cause in &case.causes {
        println!("must be said: {} {}/{}", cause.references.join("|"), cause.kind, cause.names.join("|"));
    }
    println!("{:#?}", diagnose(&case));
    let Some(path) = &arguments.write else { return ExitCode::SUCCESS };
    let files = case.files();
    let written = if let (1, Some(bytes)) = (files.len(), files.get("world.hhs")) {
        std::fs::write(path, bytes)
    } else {
        files.iter().try_for_each(|(name, bytes)| {
            let file = path.join(name);
            file.parent().map_or(Ok(()), std::fs::create_dir_all).and_then(|()| std::fs::write(&file, bytes))
        })
    };
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{}: {error}", path.display());
            ExitCode::FAILURE
        }
    }
}

//! `up`, stopped in every way there is: the next one goes on from what is there.

use std::time::Duration;

use crate::engine;
use crate::stack::Stack;
use crate::waiting::wait_for;

/// Another seed, other moments; the one in use is printed.
const SEED_VARIABLE: &str = "SPARKFLOW_LIVE_SEED";
const SEED: u64 = 20_260_401;
/// Milliseconds in which the moments of the three kills lie: before, while and after containers are made.
const KILLS: [(u64, u64); 3] = [(100, 900), (900, 3000), (3000, 9000)];
const SIGNAL_BOUND: Duration = Duration::from_secs(120);

pub(crate) fn up_converges_whatever_stopped_the_ones_before(stack: &Stack) {
    // Images first: what is to be stopped is the making of the stack.
    stack.run(&["build"]).exits(0);
    let seed = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    eprintln!("    {SEED_VARIABLE}={seed}");
    let mut dice = Dice(seed);
    for (from, to) in KILLS {
        let moment = Duration::from_millis(from + dice.throw() % (to - from));
        let mut up = stack.start(&["up"]);
        up.let_run(moment);
        up.kill();
        eprintln!("    killed after {moment:?}: {} containers", engine::containers(&stack.project).len());
        // What is there can be compared at any time.
        stack.json(&["plan"]);
    }
    interrupted(stack);
    one_of_two_works(stack);
    stack.is_in_sync();
}

/// Ctrl-C: what is under way is finished, and the code says so.
fn interrupted(stack: &Stack) {
    stack.run(&["down"]).exits(0);
    let up = stack.start(&["up"]);
    wait_for("the first container is there", SIGNAL_BOUND, || {
        (!engine::containers(&stack.project).is_empty()).then_some(())
    });
    let killed = std::process::Command::new("kill").args(["-INT", &up.id().to_string()]).status();
    assert!(killed.expect("kill can be run").success());
    let ended = up.end().exits(130);
    assert!(ended.took < SIGNAL_BOUND, "{ended}");
}

fn one_of_two_works(stack: &Stack) {
    let before = engine::containers(&stack.project).len();
    let first = stack.start(&["up"]);
    wait_for("the first one is at work", SIGNAL_BOUND, || {
        (engine::containers(&stack.project).len() > before).then_some(())
    });
    let second = stack.run(&["up"]).exits(1).names("another sparkflow is changing");
    assert!(second.took < Duration::from_secs(30), "{second}");
    first.end().exits(0);
}

/// Marsaglia's xorshift: enough to spread three moments.
struct Dice(u64);

impl Dice {
    fn throw(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

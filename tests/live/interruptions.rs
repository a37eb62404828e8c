//! `up`, stopped in every way there is: the next one goes on from what is there.

use std::time::Duration;

use crate::engine;
use crate::stack::Stack;
use crate::waiting::wait_for;

/// Another seed, other moments; the one in use is printed.
const SEED_VARIABLE: &str = "SPARKFLOW_LIVE_SEED";
const SEED: u64 = 20_260_401;
/// How many containers there are before the clock of a kill starts, and the most milliseconds on it.
const KILLS: [(usize, u64); 3] = [(0, 900), (1, 900), (3, 6000)];
const SIGNAL_BOUND: Duration = Duration::from_mins(2);

pub(crate) fn up_converges_whatever_stopped_the_ones_before(stack: &Stack) {
    // Images first: what is to be stopped is the making of the stack.
    stack.run(&["build"]).exits(0);
    let seed = std::env::var(SEED_VARIABLE).ok().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    eprintln!("    {SEED_VARIABLE}={seed}");
    let mut dice = Dice(seed);
    for (count, most) in KILLS {
        let moment = Duration::from_millis(dice.throw() % most);
        let mut up = stack.start(&["up"]);
        wait_for("containers are made", SIGNAL_BOUND, || {
            (engine::containers(&stack.project).len() >= count).then_some(())
        });
        up.let_run(moment);
        up.kill();
        let left = engine::containers(&stack.project).len();
        eprintln!("    killed {moment:?} after there were {count} containers: {left}");
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
    let ended = up.interrupted().exits(130);
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

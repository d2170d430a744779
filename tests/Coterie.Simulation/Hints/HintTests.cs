using Coterie.Coordinator.Hints;
using Coterie.Simulation.Runs;
using Coterie.Simulator.Mistakes;
using Coterie.Simulator.Runs;

namespace Coterie.Simulation.Hints;

/// <summary>Hints in whole clusters: what a node missed comes back to it by itself, and at ANY nothing acknowledged is lost.</summary>
public sealed class HintTests
{
    private static readonly HintRun OneDown = new();

    [Fact]
    public void A_node_that_was_down_becomes_equal_by_hints_alone() =>
        OneDown.MustHold(
            nameof(A_node_that_was_down_becomes_equal_by_hints_alone), 15, "hint stored", "hint replayed", "hint replay unanswered", "mutation missed");

    [Fact]
    public void At_ANY_what_was_acknowledged_is_there_in_the_end() =>
        HintRun.Any.MustHold(nameof(At_ANY_what_was_acknowledged_is_there_in_the_end), 15, "hint stored", "hint replayed");

    [Fact]
    public void A_hint_that_is_forgotten_is_found() =>
        (OneDown with { Cluster = new() { Engine = static engine => new ForgottenHints(engine, losesHints: true) } })
            .MustBeFound(OneDown, 5, "replicas differ", "still wait");

    [Fact]
    public void Hints_that_are_switched_off_are_found() =>
        (OneDown with { Cluster = new() { Configure = static options => options with { Hints = HintOptions.Default with { Window = TimeSpan.Zero } } } })
            .MustBeFound(OneDown, 5, "replicas differ");

    [Fact]
    public void A_hint_that_is_replayed_as_if_it_were_new_is_found() =>
        (OneDown with { Cluster = new() { Tampering = ReplayMistakes.ReplaysAreNew } }).MustBeFound(OneDown, 5, "replicas differ");

    [Fact]
    public void A_hint_acknowledged_before_it_is_durable_is_found()
    {
        // Disks on which a sync takes its time: on fast ones few hints are under way when power is lost.
        var slow = HintRun.Any with { Cluster = new() { SyncLatencyMax = TimeSpan.FromMilliseconds(100) } };
        (slow with { Cluster = slow.Cluster with { Engine = static engine => new EarlyHints(engine) } }).MustBeFound(slow, 40, "is gone");
    }
}

using System.Diagnostics;
using Coterie.Host.Lab;
using Coterie.Model.Histories;

namespace Coterie.Host.Tests.Lab;

public sealed class LabHistoryTests
{
    private static readonly string[] Nodes = ["a", "b", "c"];

    [Fact]
    public void What_clients_may_see_is_linearizable()
    {
        var history = LabHistory.Of([Write(0, 1, 0, 1), Read(0, 1, 2, 3), Write(1, 2, 2, 3), Write(0, 3, 4, null), Read(0, 3, 5, 6), Read(1, 2, 8, 9)], 0, Nodes);

        Assert.Equal((true, 6, 1), (history.IsLinearizable, history.Operations, history.Unknown));
    }

    [Fact]
    public void A_stale_read_is_found_and_shown_with_what_makes_it_stale_and_nothing_else()
    {
        var history = LabHistory.Of(
            [
                Write(0, 1, 0, 1), Read(0, 1, 2, 3), Write(1, 2, 2, 3), Write(0, 3, 4, 5), Read(0, 3, 6, 7), Read(0, 1, 8, 9, node: 2), Read(1, 2, 8, 9), Write(0, 4, 10, 11),
            ],
            0,
            Nodes);

        Assert.False(history.IsLinearizable);
        Assert.Equal(
            [
                "register 0: write 1 at a, from 0.000000 s to 1.000000 s",
                "register 0: write 3 at a, from 4.000000 s to 5.000000 s",
                "register 0: read 1 at c, from 8.000000 s to 9.000000 s",
            ],
            history.Violation);
    }

    [Fact]
    public void The_value_of_a_write_that_was_said_not_to_be_done_is_nobodys()
    {
        Assert.Equal(["register 2: read 5 at a, from 1.000000 s to 2.000000 s"], LabHistory.Of([Read(2, 5, 1, 2)], 0, Nodes).Violation);
    }

    [Fact]
    public void One_register_says_nothing_about_another() =>
        Assert.True(LabHistory.Of([Write(0, 1, 0, 1), Write(1, 2, 0, 1), Read(0, 1, 2, 3), Read(1, 2, 2, 3), Read(2, 0, 2, 3)], 0, Nodes).IsLinearizable);

    private static LabCall Write(int register, long value, double called, double? returned, int node = 0) =>
        new(register, node, new RegisterCall(true, value, Ticks(called), returned is { } answered ? Ticks(answered) : null));

    private static LabCall Read(int register, long value, double called, double returned, int node = 0) =>
        new(register, node, new RegisterCall(false, value, Ticks(called), Ticks(returned)));

    private static long Ticks(double seconds) => (long)(seconds * Stopwatch.Frequency);
}

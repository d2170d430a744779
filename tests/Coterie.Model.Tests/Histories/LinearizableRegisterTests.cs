using Coterie.Model.Histories;

namespace Coterie.Model.Tests.Histories;

public sealed class LinearizableRegisterTests
{
    [Fact]
    public void A_read_that_returns_what_was_overwritten_before_it_began_is_stale()
    {
        RegisterCall[] stale = [Write(1, 0, 1), Write(2, 2, 3), Read(1, 4, 5)];

        Assert.False(LinearizableRegister.Holds(stale));
        Assert.True(LinearizableRegister.Holds([.. stale[..2], Read(2, 4, 5)]));
    }

    [Fact]
    public void Reads_that_go_back_are_not_linearizable_even_while_the_write_lasts()
    {
        Assert.False(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, 9), Read(2, 3, 4), Read(1, 5, 6)]));
        Assert.True(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, 9), Read(1, 3, 4), Read(2, 5, 6)]));
    }

    [Fact]
    public void A_write_without_an_answer_may_be_done_late_or_never_and_not_before_it_was_sent()
    {
        Assert.True(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, null), Read(1, 100, 101), Read(2, 200, 201)]));
        Assert.True(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, null), Read(1, 100, 101)]));
        Assert.False(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, null), Read(2, 100, 101), Read(1, 200, 201)]));
        Assert.False(LinearizableRegister.Holds([Read(2, 0, 1), Write(2, 2, null)]));
    }

    [Fact]
    public void What_a_compare_and_set_expected_was_there_and_was_replaced_by_it_alone()
    {
        Assert.True(LinearizableRegister.Holds([Swap(0, 1, 0, 1), Swap(1, 2, 2, 3), Read(2, 4, 5)]));
        Assert.False(LinearizableRegister.Holds([Write(1, 0, 1), Swap(1, 2, 2, 9), Swap(1, 3, 2, 9)]));
        Assert.False(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, 3), Swap(1, 3, 4, 5)]));
        Assert.True(LinearizableRegister.Holds([Write(1, 0, 1), Write(2, 2, 6), Swap(1, 3, 4, 5)]));
    }

    [Fact]
    public void A_chain_of_compare_and_sets_without_answers_was_done_if_its_end_was_seen()
    {
        RegisterCall[] chain = [Write(1, 0, 1), Swap(1, 2, 2, null), Swap(2, 3, 2, null)];

        Assert.True(LinearizableRegister.Holds([.. chain, Read(1, 5, 6), Read(3, 7, 8)]));
        Assert.True(LinearizableRegister.Holds([.. chain, Read(1, 5, 6)]));
        Assert.False(LinearizableRegister.Holds([.. chain, Read(3, 7, 8), Read(2, 9, 10)]));
        Assert.False(LinearizableRegister.Holds([.. chain, Write(4, 3, 4), Read(4, 5, 6), Read(3, 7, 8)]));
    }

    [Fact]
    public void Before_anything_is_written_nothing_is_read_and_afterwards_not_any_more()
    {
        Assert.True(LinearizableRegister.Holds([Read(0, 0, 1), Write(1, 2, 3), Read(1, 4, 5)]));
        Assert.False(LinearizableRegister.Holds([Write(1, 0, 1), Read(0, 2, 3)]));
    }

    [Fact]
    public void What_nobody_wrote_is_never_read() => Assert.False(LinearizableRegister.Holds([Read(7, 0, 1)]));

    [Fact]
    public void Values_that_are_not_their_writes_own_are_refused()
    {
        Assert.Throws<ArgumentException>(() => LinearizableRegister.Holds([Write(1, 0, 1), Write(1, 2, 3)]));
        Assert.Throws<ArgumentException>(() => LinearizableRegister.Holds([Write(0, 0, 1)]));
    }

    [Fact]
    public void It_decides_as_trying_all_orders_does()
    {
        var random = new Random(1);
        var (holds, violated) = (0, 0);
        for (var i = 0; i < 20_000; i++)
        {
            var history = RandomHistory(random);
            var expected = AnyOrder(history, 0, RegisterCall.Nothing);
            Assert.True(expected == LinearizableRegister.Holds(history), string.Join("\n", history));
            (holds, violated) = expected ? (holds + 1, violated) : (holds, violated + 1);
        }

        // Both answers must have been put to the test.
        Assert.True(holds > 3_000 && violated > 3_000, $"{holds} held, {violated} did not");
    }

    [Fact]
    public void The_part_that_is_shown_of_a_violation_is_one_and_nothing_can_be_left_out_of_it()
    {
        var random = new Random(2);
        for (var i = 0; i < 3_000; i++)
        {
            var history = RandomHistory(random);
            var part = ShortestViolation.Of(history);
            Assert.Equal(LinearizableRegister.Holds(history), part is null);
            if (part is null)
            {
                continue;
            }

            Assert.False(LinearizableRegister.Holds(part));
            Assert.All(part.Where(call => !call.IsWrite), read => Assert.True(LinearizableRegister.Holds(part.Where(call => call != read))));
        }
    }

    [Fact]
    public void One_stale_read_among_thousands_of_calls_is_shown_with_what_makes_it_stale()
    {
        var history = LongHistory(new Random(3), calls: 6_000);
        Assert.True(LinearizableRegister.Holds(history));
        var reads = history.Where(call => !call.IsWrite).OrderBy(call => call.Called).ToList();
        var (late, early) = (reads[^10], reads[reads.Count / 2]);

        history.Remove(late);
        history.Add(late with { Value = early.Value });

        var part = ShortestViolation.Of(history)!;
        Assert.InRange(part.Count, 2, 4);
        Assert.Contains(part, call => call == late with { Value = early.Value });
    }

    private static RegisterCall Write(long value, long called, long? returned) => new(true, value, called, returned);

    private static RegisterCall Swap(long expected, long value, long called, long? returned) => new(true, value, called, returned, expected);

    private static RegisterCall Read(long value, long called, long returned) => new(false, value, called, returned);

    private static List<RegisterCall> RandomHistory(Random random)
    {
        var writes = random.Next(1, 5);
        var history = new List<RegisterCall>();
        for (var value = 1; value <= writes; value++)
        {
            var called = random.Next(0, 12);
            var write = Write(value, called, random.Next(10) < 3 ? null : called + random.Next(1, 8));
            history.Add(random.Next(3) == 0 ? write with { Expected = (value + random.Next(1, writes + 1)) % (writes + 1) } : write);
        }

        for (var reads = random.Next(1, 5); reads > 0; reads--)
        {
            var called = random.Next(0, 16);
            history.Add(Read(random.Next(0, writes + 1), called, called + random.Next(1, 8)));
        }

        return history;
    }

    /// <summary>Eight clients; each call takes effect at a moment between its ends; some writes that took effect have no answer.</summary>
    private static List<RegisterCall> LongHistory(Random random, int calls)
    {
        var free = new long[8];
        var moments = new List<(double Effect, int Client, long Called, long Returned)>();
        for (var i = 0; i < calls; i++)
        {
            var client = random.Next(free.Length);
            var called = free[client] + random.Next(1, 20);
            var returned = called + random.Next(1, random.Next(100) == 0 ? 2_000 : 40);
            free[client] = returned;
            moments.Add((called + (random.NextDouble() * (returned - called)), client, called, returned));
        }

        var value = RegisterCall.Nothing;
        var history = new List<RegisterCall>();
        foreach (var (_, _, called, returned) in moments.OrderBy(moment => moment.Effect))
        {
            var writes = random.Next(2) == 0;
            value = writes ? value + 1 : value;
            history.Add(new RegisterCall(writes, value, called, writes && random.Next(50) == 0 ? null : returned, writes && random.Next(3) == 0 ? value - 1 : null));
        }

        return history;
    }

    /// <summary>Tries every order of the calls that respects real time; writes without an answer may be left out.</summary>
    private static bool AnyOrder(List<RegisterCall> history, int done, long value)
    {
        var left = Enumerable.Range(0, history.Count).Where(i => (done & (1 << i)) == 0).ToList();
        if (left.All(i => history[i].Returned is null))
        {
            return true;
        }

        var firstEnd = left.Min(i => history[i].Returned ?? long.MaxValue);
        return left.Where(i => history[i].Called <= firstEnd)
            .Any(i => history[i].IsWrite
                ? (history[i].Expected ?? value) == value && AnyOrder(history, done | (1 << i), history[i].Value)
                : history[i].Value == value && AnyOrder(history, done | (1 << i), value));
    }
}

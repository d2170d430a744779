namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>From any state: when all can talk again and time passes, replicas agree, and what agrees is not sent again.</summary>
internal static class Heal
{
    private const int Hours = 20;
    private static readonly (int, int)[] Pairs = [(0, 1), (1, 2), (0, 2)];

    public static string? Wrong(World world, State state, Scene scene)
    {
        // Only where something may differ; and after the delete, or there is nothing to agree about.
        if (state.Session is not null || state.DeleteFormed < 0)
        {
            return null;
        }

        state = ExchangeAll(world, ExchangeAll(world, World.Later(state, Hours)));
        if (world.Sweep(state, 0) is { } one && !scene.OldTimestamp)
        {
            world.ExchangeWhole(one, 0, 1, out var sent);
            if (sent)
            {
                return "a replica that has swept is sent what it swept";
            }
        }

        for (var round = 0; round < 2; round++)
        {
            state = ExchangeAll(world, SweepAll(world, state));
        }

        state = SweepAll(world, state);
        return ReferenceEquals(state.First.Data, state.Second.Data) && ReferenceEquals(state.Second.Data, state.Third.Data)
            ? world.Wrong(state)
            : $"after all exchanges replicas differ: {state.First.Data} | {state.Second.Data} | {state.Third.Data}";
    }

    private static State ExchangeAll(World world, State state) =>
        Pairs.Aggregate(state, (current, pair) => world.ExchangeWhole(current, pair.Item1, pair.Item2, out _));

    private static State SweepAll(World world, State state)
    {
        for (var replica = 0; replica < World.Replicas; replica++)
        {
            while (world.Sweep(state, replica) is { } swept)
            {
                state = swept;
            }
        }

        return state;
    }
}

namespace Coterie.Model.Tests.Deletes.Search;

/// <summary>Visits every state that can be reached, or stops at the first that is wrong. What happened on the way is kept, to be shown.</summary>
internal sealed class Search(Scene scene, Rule leftOut, int statesMax)
{
    private readonly World _world = new(scene, leftOut);
    private readonly Dictionary<State, (State? Before, string What)> _met = [];

    private int _healed;

    public int States => _met.Count;

    /// <summary>The way to a wrong state, and what is wrong with it; null if none can be reached.</summary>
    public string? Run()
    {
        var open = new Stack<State>();
        var start = _world.Start();
        _met.Add(start, (null, "the value is written at hour 0, by 0"));
        open.Push(start);
        while (open.TryPop(out var state))
        {
            if ((_world.Wrong(state) ?? HealNowAndThen(state)) is { } wrong)
            {
                return Tell(state, wrong);
            }

            foreach (var (what, next) in _world.Next(state))
            {
                if (_met.TryAdd(next, (state, what)))
                {
                    open.Push(next);
                }
            }

            if (_met.Count > statesMax)
            {
                throw new InvalidOperationException($"{scene.Name}: more than {statesMax} states");
            }
        }

        return null;
    }

    /// <summary>Healing costs as much as a hundred states, and what it finds can be found from many.</summary>
    private string? HealNowAndThen(State state) => _healed++ % 10 == 0 ? Heal.Wrong(_world, state, scene) : null;

    private string Tell(State state, string wrong)
    {
        var lines = new List<string> { wrong };
        for (State? at = state; at is not null;)
        {
            var (before, what) = _met[at];
            lines.Add($"hour {at.Hour}: {what}. {at.First.Data} | {at.Second.Data} | {at.Third.Data}");
            at = before;
        }

        lines.Reverse();
        return string.Join('\n', lines);
    }
}

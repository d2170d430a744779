namespace Coterie.Coordinator.Tests;

public enum Trouble
{
    None,

    /// <summary>Known to be down.</summary>
    Dead,

    /// <summary>Thought alive; does what it is asked, and answers, when the test releases it.</summary>
    Slow,

    /// <summary>Thought alive; never answers.</summary>
    Silent,
    Failing,
    Overloaded,
    Unreachable,
}

namespace Coterie.Raft;

/// <summary>
/// What a member must not forget, and says nothing about before it is durable (Raft §5.1, figure 2: persistent state): the latest term it has seen, and
/// whom it gave its vote in it.
/// </summary>
/// <param name="Vote">The member's index; <see cref="Nobody"/>.</param>
public readonly record struct HardState(long Term, int Vote)
{
    public const int Nobody = -1;

    /// <summary>Of a member that has never heard of anyone.</summary>
    public static HardState Initial { get; } = new(0, Nobody);
}

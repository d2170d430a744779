namespace Coterie.Server.Execution;

/// <summary>How long requests may take, from the frame's arrival to the answer.</summary>
public sealed record RequestTimeouts
{
    public TimeSpan Write { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan Read { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan Range { get; init; } = TimeSpan.FromSeconds(10);
}

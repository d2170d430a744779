namespace Coterie.Host.Start;

/// <summary>What <c>coterie start</c> was given.</summary>
/// <param name="Settings">As typed: <c>--Key=Value</c>.</param>
/// <param name="ExitWithParent">Stop when standard input ends: whoever started this process holds the other end of it.</param>
public sealed record NodeArguments(string? ConfigFile, IReadOnlyList<string> Settings, bool ExitWithParent);

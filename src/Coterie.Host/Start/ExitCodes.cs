namespace Coterie.Host.Start;

/// <summary>How the process ends. The numbers above 63 are those of sysexits.h.</summary>
public static class ExitCodes
{
    public const int Success = 0;

    /// <summary>Asked for something, and it did not work.</summary>
    public const int Failure = 1;

    /// <summary>EX_USAGE: the command line makes no sense.</summary>
    public const int Usage = 64;

    /// <summary>EX_UNAVAILABLE: nobody answers.</summary>
    public const int Unavailable = 69;

    /// <summary>EX_SOFTWARE: an invariant is broken; the node stopped rather than be wrong.</summary>
    public const int BrokenInvariant = 70;

    /// <summary>EX_IOERR: the store has failed or is damaged.</summary>
    public const int Storage = 74;

    /// <summary>EX_CONFIG: refused to start; one line was printed for every problem.</summary>
    public const int Configuration = 78;
}
